package recurve.backend.onnxruntime;

import java.util.Map;
import java.util.stream.IntStream;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Support;
import recurve.backend.UnsupportedGraphException;
import recurve.backend.WeightType;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.io.onnx.OnnxRunner;
import recurve.ir.Graph;

/**
 * The backend {@code onnxruntime}: a graph is exported, and runs in ONNX Runtime.
 *
 * <p>It draws no random numbers as ours are drawn, so it refuses graphs that do: train there
 * without dropout.
 */
public final class OnnxRuntimeBackend implements Backend {
  private static final int OPSET = 21; // sums of integers over none are there since then

  private final OnnxRunner runner = new OnnxRuntimeRunner();

  /** For the service loader. */
  public OnnxRuntimeBackend() {}

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public Support support() {
    return OnnxRuntimeRunner.found();
  }

  @Override
  public Executable compile(Graph graph, CompileOptions options) {
    options.check(graph);
    if (options.weights() != WeightType.F32) {
      throw new UnsupportedGraphException(
          "backend onnxruntime keeps weights as f32 only. Leave --weights out, or choose another"
              + " backend.");
    }
    // in ONNX an output cannot have the name of an input
    var names = IntStream.range(0, graph.outputs().size()).mapToObj(i -> "output." + i).toList();
    var renamed = new Graph(graph.inputs(), graph.outputs(), names);
    try {
      OnnxExport export =
          OnnxExport.of(renamed, Map.of(), Map.of(), OnnxOptions.defaults().withOpset(OPSET));
      OnnxRunner.Loaded loaded = runner.load(export.bytes(), options.threads());
      return new OnnxRuntimeExecutable(graph, options.retained(), loaded);
    } catch (OnnxException e) {
      throw new UnsupportedGraphException("backend onnxruntime: " + e.getMessage());
    }
  }
}
