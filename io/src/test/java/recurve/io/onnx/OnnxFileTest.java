package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static recurve.ir.DType.F32;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.ValueInfoProto;

/** What stands in the file: versions, names, types, metadata, and each value defined once. */
class OnnxFileTest {
  private static final Dim T = Dim.symbol("time");
  private static final Dim B = Dim.symbol("batch");

  /** A language model in small: embedding, one loop, tied output. */
  static Graph model() {
    Value table = Ops.input("w.embedding", DType.F32, Shape.of(11, 4));
    Value u = Ops.input("w.U", DType.F32, Shape.of(4, 4));
    Value b = Ops.input("w.b", DType.F32, Shape.of(4));
    Value ids = Ops.input("ids", DType.I32, Shape.of(T, B));
    Value first = Ops.input("h.in", DType.F32, Shape.of(B, Dim.of(4)));
    Loop.Result loop =
        Loop.of(T)
            .run(
                List.of(first),
                List.of(table.gather(ids)),
                (state, x) -> {
                  Value sum = x.get(0).matmul(u).plus(state.get(0).matmul(u)).plus(b);
                  Value h = Ops.tanh(sum);
                  return new Loop.Trip(List.of(h), List.of(h));
                });
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("logp", Ops.logSoftmax(loop.ys().get(0).matmul(table.t()), -1));
    outputs.put("h.out", loop.carry().get(0));
    return Graph.of(List.of(table, u, b, ids, first), outputs);
  }

  private static Map<String, Tensor> weights() {
    var all = Runtimes.random(model(), Map.of("time", 1L, "batch", 1L), new Random(1));
    return Runtimes.only(all, true);
  }

  private static ModelProto export(Form form) throws InvalidProtocolBufferException {
    var metadata = new LinkedHashMap<String, String>();
    metadata.put("task", "lm");
    metadata.put("vocabulary", "<unk>\nthe\né");
    OnnxExport export = OnnxExport.of(model(), weights(), metadata, OnnxOptions.of(form));
    return ModelProto.parseFrom(export.bytes());
  }

  @Test
  void saysItsVersionsNamesAndMetadata() throws IOException {
    ModelProto model = export(Form.AUTO);
    assertEquals(8, model.getIrVersion());
    assertEquals(17, model.getOpsetImport(0).getVersion());
    assertEquals("recurve", model.getProducerName());
    assertEquals("<unk>\nthe\né", model.getMetadataProps(1).getValue());
    assertEquals(
        List.of("ids[time, batch]", "h.in[batch, 4]"),
        model.getGraph().getInputList().stream().map(OnnxFileTest::text).toList());
    assertEquals(
        List.of("logp[time, batch, 11]", "h.out[batch, 4]"),
        model.getGraph().getOutputList().stream().map(OnnxFileTest::text).toList());
  }

  @Test
  void aFusedLoopKeepsNoWeightTwice() throws IOException {
    GraphProto graph = export(Form.FUSED).getGraph();
    Set<String> names =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    assertTrue(names.contains("w.embedding"), "embedding and output share one");
    assertTrue(!names.contains("w.U") && !names.contains("w.b"), names.toString());
    assertEquals(
        List.of(
            "Gather",
            "Unsqueeze",
            "RNN",
            "Squeeze",
            "Squeeze",
            "Transpose",
            "MatMul",
            "LogSoftmax"),
        graph.getNodeList().stream().map(NodeProto::getOpType).toList());
  }

  @Test
  void writesTheSameBytesEachTime() {
    for (Form form : Form.values()) {
      var options = OnnxOptions.of(form);
      assertArrayEquals(
          OnnxExport.of(model(), weights(), Map.of(), options).bytes(),
          OnnxExport.of(model(), weights(), Map.of(), options).bytes());
    }
  }

  @Test
  void agreesInBothFormsWithStatesInAndOut() {
    for (Form form : List.of(Form.FUSED, Form.SCAN)) {
      for (long batch : new long[] {1, 7}) {
        for (long time : new long[] {1, 50}) {
          var all =
              Runtimes.random(model(), Map.of("time", time, "batch", batch), new Random(batch));
          Runtimes.compare(model(), weights(), OnnxOptions.of(form), Runtimes.only(all, false));
        }
      }
    }
  }

  @Test
  void definesEachValueOnceAndBeforeItsUse() throws IOException {
    for (Form form : Form.values()) {
      check(export(form).getGraph(), new HashSet<>(), new HashSet<>());
    }
  }

  /** Single assignment over the whole model, types of all that is declared, no forward use. */
  private static void check(GraphProto graph, Set<String> visible, Set<String> everywhere) {
    var known = new HashSet<>(visible);
    for (ValueInfoProto v : graph.getInputList()) add(v.getName(), known, everywhere);
    for (TensorProto t : graph.getInitializerList()) add(t.getName(), known, everywhere);
    for (NodeProto n : graph.getNodeList()) {
      for (String input : n.getInputList()) {
        assertTrue(input.isEmpty() || known.contains(input), input + " in " + n.getOpType());
      }
      for (AttributeProto a : n.getAttributeList()) {
        if (a.hasG()) check(a.getG(), known, everywhere);
      }
      for (String output : n.getOutputList()) {
        if (!output.isEmpty()) add(output, known, everywhere);
      }
    }
    for (ValueInfoProto v : graph.getOutputList()) assertTrue(known.contains(v.getName()));
    for (ValueInfoProto v : graph.getValueInfoList()) assertTrue(known.contains(v.getName()));
  }

  private static void add(String name, Set<String> known, Set<String> everywhere) {
    assertTrue(everywhere.add(name), name + " is defined twice");
    known.add(name);
  }

  @Test
  void unknownFieldsSurviveReadingAndWriting() throws IOException {
    ModelProto model = export(Form.SCAN);
    var later = UnknownFieldSet.newBuilder();
    later.addField(99, UnknownFieldSet.Field.newBuilder().addVarint(7).build());
    byte[] bytes = model.toBuilder().setUnknownFields(later.build()).build().toByteArray();
    assertArrayEquals(bytes, ModelProto.parseFrom(bytes).toByteArray());
  }

  @Test
  void writesAFile(@TempDir Path folder) throws IOException {
    OnnxExport export = OnnxExport.of(model(), weights(), Map.of(), OnnxOptions.of(Form.AUTO));
    Path file = folder.resolve("model.onnx");
    export.write(file);
    assertArrayEquals(export.bytes(), Files.readAllBytes(file));
    assertEquals(Optional.of("RNN"), export.loops().stream().map(l -> l.operator()).findFirst());
  }

  private static String text(ValueInfoProto v) {
    return v.getName()
        + v.getType().getTensorType().getShape().getDimList().stream()
            .map(d -> d.getDimParam().isEmpty() ? "" + d.getDimValue() : d.getDimParam())
            .collect(Collectors.joining(", ", "[", "]"));
  }

  /** Above a limit weights stand in a file beside, where we and ONNX Runtime find them. */
  @Test
  void weightsInAFileBeside(@TempDir Path folder) throws IOException, OrtException {
    Value x = Ops.input("x", F32, Shape.of(Dim.symbol("B"), Dim.of(20)));
    Value w = Ops.input("w", F32, Shape.of(20, 30)), v = Ops.input("v", F32, Shape.of(30, 40));
    Graph graph = Graph.of(List.of(x, w, v), Map.of("y", x.matmul(w).matmul(v)));
    var all = Runtimes.random(graph, Map.of("B", 3L), new Random(2));
    Map<String, Tensor> weights = Map.of("w", all.get("w"), "v", all.get("v"));
    Path file = folder.resolve("model.onnx");
    OnnxExport export = OnnxExport.of(graph, weights, Map.of(), OnnxOptions.defaults());
    export.write(file, 7200); // just what they take
    assertTrue(Files.notExists(folder.resolve("model.onnx.data")));
    export.write(file, 7199);
    assertEquals(4096 + 8192, Files.size(folder.resolve("model.onnx.data"))); // whole pages
    byte[] bytes = Files.readAllBytes(file);
    assertTrue(bytes.length < 1000, "the weights are not in it");
    OnnxImport read = OnnxImport.of(bytes, ImportOptions.defaults().externalIn(folder));
    assertEquals(weights, read.weights());
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (var session = environment.createSession(file.toString());
        var in = OnnxTensor.createTensor(environment, new float[3][20]);
        var result = session.run(Map.of("x", in))) {
      assertArrayEquals(new long[] {3, 40}, ((OnnxTensor) result.get(0)).getInfo().getShape());
    }
  }
}
