package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.io.onnx.OnnxOptions.Form;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.NodeProto;

/** What we write, we read as what it was, and write again to the byte. */
class RoundTripTest {
  private static final Map<String, String> METADATA = Map.of("task", "lm");

  /**
   * Reads what is written of a graph, and writes it again.
   *
   * @param atOnce whether even the first file is what is written again; else the second is, where
   *     reading makes numbers known that the first graph computes
   */
  private static void same(
      Graph graph,
      Map<String, Tensor> weights,
      OnnxOptions options,
      Map<String, Long> binding,
      boolean atOnce) {
    byte[] first = OnnxExport.of(graph, weights, METADATA, options).bytes();
    OnnxImport read = OnnxImport.of(first, ImportOptions.defaults());
    assertEquals(METADATA, read.metadata());
    assertEquals(graph.names(), read.graph().names());
    values(graph, weights, read, binding);
    byte[] second = again(read, options);
    if (atOnce) assertSame(first, second);
    assertSame(second, again(OnnxImport.of(second, ImportOptions.defaults()), options));
  }

  private static byte[] again(OnnxImport read, OnnxOptions options) {
    return OnnxExport.of(read.graph(), read.weights(), read.metadata(), options).bytes();
  }

  private static void assertSame(byte[] first, byte[] second) {
    assertEquals(text(first), text(second));
    assertArrayEquals(first, second);
  }

  private static void values(
      Graph graph, Map<String, Tensor> weights, OnnxImport read, Map<String, Long> binding) {
    var inputs = Runtimes.random(graph, binding, new Random(5));
    weights.keySet().forEach(inputs::remove);
    if (inputs.containsKey("lengths")) inputs.put("lengths", Tensor.of(new int[] {0, 4, 3}, 3));
    try (Executable a = new Reference().compile(graph, CompileOptions.threads(1));
        Executable b = new Reference().compile(read.graph(), CompileOptions.threads(1))) {
      weights.forEach(a::write);
      read.weights().forEach(b::write);
      inputs.forEach(a::write);
      inputs.forEach(b::write);
      a.run();
      b.run();
      for (String name : graph.names()) {
        Tensor expected = a.read(name), actual = b.read(name);
        assertArrayEquals(expected.dims(), actual.dims(), name);
        for (int i = 0; i < expected.size(); i++) {
          double tolerance = 1e-5 * Math.max(1, Math.abs(expected.at(i)));
          assertEquals(expected.at(i), actual.at(i), tolerance, name);
        }
      }
    }
  }

  /** The nodes one a line, so that a difference is seen. */
  private static String text(byte[] model) {
    try {
      var lines = new ArrayList<String>();
      var graph = ModelProto.parseFrom(model).getGraph();
      graph.getInitializerList().forEach(t -> lines.add(t.getName() + " " + t.getDimsList()));
      for (NodeProto n : graph.getNodeList()) lines.add(line(n, ""));
      return String.join("\n", lines);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static String line(NodeProto n, String indent) {
    var line = new StringBuilder(indent);
    line.append(n.getOutputList()).append(" = ").append(n.getOpType()).append(n.getInputList());
    n.getAttributeList()
        .forEach(
            a -> {
              if (!a.hasG()) line.append(" ").append(a.getName()).append(a.getIntsList());
              a.getG().getNodeList().forEach(m -> line.append("\n").append(line(m, indent + "  ")));
            });
    return line.toString();
  }

  private static final Map<String, Long> EXTENTS = Map.of("T", 5L, "B", 3L);

  static Stream<List<Object>> loops() {
    var all = new ArrayList<List<Object>>();
    for (Form form : List.of(Form.AUTO, Form.SCAN)) {
      for (LoopExportTest.Cell cell : LoopExportTest.Cell.values()) {
        for (int variant = 0; variant < 8; variant++) all.add(List.of(form, cell, variant));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource
  void loops(List<Object> which) {
    Form form = (Form) which.get(0);
    LoopExportTest.Cell cell = (LoopExportTest.Cell) which.get(1);
    int variant = (Integer) which.get(2);
    boolean reverse = (variant & 1) != 0, lengths = (variant & 2) != 0, carried = variant >= 4;
    Graph graph = LoopExportTest.graph(cell, reverse, lengths, carried);
    same(graph, LoopExportTest.weights(graph), OnnxOptions.of(form), EXTENTS, true);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void everyOperation(DType dtype) {
    Graph graph = OpsExportTest.everything(dtype);
    for (int opset : new int[] {17, 18, 23}) {
      same(graph, Map.of(), OnnxOptions.defaults().withOpset(opset), EXTENTS, false);
    }
  }

  @Test
  void aModelWithItsEmbedding() {
    Graph graph = OnnxFileTest.model();
    var all = Runtimes.random(graph, Map.of("time", 4L, "batch", 3L), new Random(1));
    for (Form form : Form.values()) {
      same(
          graph,
          Runtimes.only(all, true),
          OnnxOptions.of(form),
          Map.of("time", 4L, "batch", 3L),
          true);
    }
  }
}
