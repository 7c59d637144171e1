package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import recurve.io.onnx.OnnxOptions.Form;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.NodeProto;

/**
 * Loops that end with the last of their rows: each counts from a number of its own down to zero.
 */
class EndingTest {
  private static final Dim L = Dim.symbol("L"), B = Dim.symbol("B");

  /** What is asked of the loop, beside what it says. */
  private enum Asked {
    NOTHING,
    ITS_LAST_CARRY,
    A_SUM_OVER_ITS_STEPS,
    WHAT_CHANGES_AFTER_THE_END,
    WHAT_A_ZERO_OF_THE_OTHER_SIGN_CHOOSES,
    WHAT_NO_NUMBER_CHOOSES
  }

  private static Graph graph(Asked asked) {
    Value from = Ops.input("from", DType.I32, Shape.of(B));
    Value room = Ops.input("room", DType.I32, Shape.of(L));
    Value truth = Ops.constant(0, DType.BOOL, Shape.of(B));
    Loop.Result loop =
        Loop.of(L)
            .run(
                List.of(from, truth),
                List.of(),
                (carry, x) -> {
                  Value now = carry.get(0), ended = carry.get(1);
                  Value said = ended.where(now.like(0), now);
                  Value half = now.cast(DType.F32).times(0.5).unsqueeze(1);
                  Value wide = ended.unsqueeze(1).where(half.like(-1), half);
                  Value zero = half.like(0), nan = half.like(Double.NaN);
                  Value negative = ended.unsqueeze(1).where(half.like(-0.0), half);
                  Value unlike = ended.unsqueeze(1).where(nan, half);
                  return new Loop.Trip(
                      List.of(now.minus(1), said.eq(said.like(0))),
                      List.of(
                          said,
                          wide,
                          now,
                          negative.eq(zero).where(half, zero),
                          unlike.eq(nan).where(zero, half)));
                });
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("said", loop.ys().get(0));
    outputs.put("wide", loop.ys().get(1));
    switch (asked) {
      case NOTHING -> {}
      case ITS_LAST_CARRY -> outputs.put("more", loop.carry().get(0));
      case A_SUM_OVER_ITS_STEPS -> outputs.put("more", loop.ys().get(0).sum(0));
      case WHAT_CHANGES_AFTER_THE_END -> outputs.put("more", loop.ys().get(2));
      case WHAT_A_ZERO_OF_THE_OTHER_SIGN_CHOOSES -> outputs.put("more", loop.ys().get(3));
      case WHAT_NO_NUMBER_CHOOSES -> outputs.put("more", loop.ys().get(4));
    }
    return Graph.of(List.of(from, room), outputs);
  }

  private static OnnxExport export(Graph graph, Form form) {
    return OnnxExport.of(graph, Map.of(), Map.of(), OnnxOptions.of(form));
  }

  private static Map<String, Tensor> inputs(int room) {
    return Map.of("from", Tensor.of(new int[] {3, 1, 2}, 3), "room", Tensor.zeros(DType.I32, room));
  }

  private static int[] said(byte[] file, int room) {
    Tensor said = Objects.requireNonNull(Runtimes.run(file, inputs(room)).get("said"));
    return said.ints();
  }

  @Test
  void turnsAreAsManyAsTheLongestRowHas() {
    Graph graph = graph(Asked.NOTHING);
    OnnxExport export = export(graph, Form.AUTO);
    assertEquals("Loop", export.loops().get(0).operator());
    assertEquals(Set.of("said", "wide"), OnnxExport.endingEarly(graph));
    int[] all = {3, 1, 2, 2, 0, 1, 1, 0, 0, 0, 0, 0};
    assertArrayEquals(all, said(export.bytes(), 10));
    assertArrayEquals(java.util.Arrays.copyOf(all, 6), said(export.bytes(), 2));
    Map<String, Tensor> results = Runtimes.run(export.bytes(), inputs(10));
    float[] wide = {1.5f, 0.5f, 1, 1, 0, 0.5f, 0.5f, -1, 0, 0, -1, -1};
    assertEquals(Tensor.of(wide, 4, 3, 1), results.get("wide"));
    Runtimes.compare(graph, Map.of(), OnnxOptions.of(Form.SCAN), inputs(10));
  }

  @Test
  void othersAreScans() {
    for (Asked asked : Asked.values()) {
      if (asked == Asked.NOTHING) continue;
      Graph graph = graph(asked);
      assertEquals("Scan", export(graph, Form.AUTO).loops().get(0).operator(), asked.name());
      assertEquals(Set.of(), OnnxExport.endingEarly(graph));
      Runtimes.compare(graph, Map.of(), OnnxOptions.defaults(), inputs(7));
    }
  }

  @Test
  void whatIsReadAgainIsWrittenTheSame() {
    byte[] first = export(graph(Asked.NOTHING), Form.AUTO).bytes();
    byte[] second =
        export(OnnxImport.of(first, ImportOptions.defaults()).graph(), Form.AUTO).bytes();
    Graph read = OnnxImport.of(second, ImportOptions.defaults()).graph();
    assertArrayEquals(second, export(read, Form.AUTO).bytes());
    assertArrayEquals(said(first, 10), said(second, 10));
    Runtimes.compare(read, Map.of(), OnnxOptions.of(Form.SCAN), inputs(10));
  }

  /** How long another's results are cannot be told; nor those of ours that were changed. */
  @Test
  void anothersAreRefused() throws InvalidProtocolBufferException {
    ModelProto ours = ModelProto.parseFrom(export(graph(Asked.NOTHING), Form.AUTO).bytes());
    refused(ours.toBuilder().setProducerName("another").build());
    var changed = ours.toBuilder();
    for (NodeProto.Builder n : changed.getGraphBuilder().getNodeBuilderList()) {
      if (!n.getOpType().equals("Loop")) continue;
      for (AttributeProto.Builder a : n.getAttributeBuilderList()) unended(a.getGBuilder());
    }
    refused(changed.build());
  }

  /** Says the same whether a row has ended or not. */
  private static void unended(GraphProto.Builder body) {
    var seen = new ArrayList<String>();
    for (NodeProto.Builder n : body.getNodeBuilderList()) {
      if (!n.getOpType().equals("Where")) continue;
      n.setInput(1, n.getInput(2));
      seen.add(n.getOutput(0));
    }
    assertEquals(2, seen.size());
  }

  private static void refused(ModelProto model) {
    var e =
        assertThrows(
            UnsupportedModelException.class,
            () -> OnnxImport.of(model.toByteArray(), ImportOptions.defaults()));
    String text = String.valueOf(e.getMessage());
    assertTrue(text.contains("how many results it stacks depends on its values"), text);
  }
}
