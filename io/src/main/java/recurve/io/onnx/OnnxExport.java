package recurve.io.onnx;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.io.checkpoint.AtomicFiles;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.onnx.proto.ModelProto;

/** A graph as an ONNX model, with a report of how each of its loops was written. */
public final class OnnxExport {
  static final long LARGEST = Integer.MAX_VALUE - (1L << 20); // of a protobuf message
  private static final long LARGE = 3L << 29; // 1.5 GiB

  private final ModelProto model;
  private final List<LoopForm> loops;

  /**
   * How one loop was written.
   *
   * @param loop its name, or its number and where it was made
   * @param operator {@code LSTM}, {@code GRU}, {@code RNN}, {@code Loop} or {@code Scan}
   * @param reason why it is a Scan or a Loop; empty where it is fused
   */
  public record LoopForm(String loop, String operator, String reason) {
    static final String LOOP = "Loop";

    /** Whether it is one operator of ONNX. */
    public boolean isFused() {
      return !operator.equals("Scan") && !operator.equals(LOOP);
    }

    @Override
    public String toString() {
      return loop + ": " + operator + (reason.isEmpty() ? "" : " (" + reason + ")");
    }
  }

  private OnnxExport(ModelProto model, List<LoopForm> loops) {
    this.model = model;
    this.loops = List.copyOf(loops);
  }

  /**
   * Tells a graph in ONNX.
   *
   * <p>A loop that has nothing more to say once all of its rows have ended is written as ONNX's
   * Loop, which ends then: what it stacks is as long as that, and what is cut off constant.
   *
   * <p>Inputs named in {@code initialisers} become the model's weights; the others stay inputs,
   * with their symbolic dimensions by name. Outputs keep the graph's names. Values and types are
   * those of the reference interpreter.
   *
   * @param metadata kept in the file beside the graph: vocabulary, task, options
   * @throws OnnxException if the graph draws random numbers, or a loop cannot be fused as asked
   */
  public static OnnxExport of(
      Graph graph,
      Map<String, Tensor> initialisers,
      Map<String, String> metadata,
      OnnxOptions options) {
    var exporter = new Exporter(graph, initialisers, options);
    return new OnnxExport(exporter.model(metadata), exporter.loops());
  }

  /**
   * The names of a graph's outputs that may be shorter elsewhere along their leading axis: those of
   * loops that end early where {@link OnnxOptions.Form#AUTO} writes them.
   */
  public static Set<String> endingEarly(Graph graph) {
    var names = new HashSet<String>();
    Ending.all(graph)
        .forEach(
            (n, ending) -> {
              for (int i = 0; i < graph.names().size(); i++) {
                if (graph.outputs().get(i).node().equals(n)) names.add(graph.names().get(i));
              }
            });
    return names;
  }

  /**
   * The same file with an input of text in place of ids, which it splits and looks up itself.
   *
   * @throws OnnxException if its opset is below 20, or it takes more than ids and lengths
   */
  public OnnxExport reading(TextInput text) {
    return new OnnxExport(text.before(model), loops);
  }

  /**
   * The file's bytes.
   *
   * @throws OnnxException if they are more than one file of ONNX holds
   */
  public byte[] bytes() {
    if (ExternalWeights.size(model) > LARGEST) {
      throw new OnnxException(
          "the weights exceed 2 GB, the most that one ONNX file holds; write it to a folder");
    }
    return model.toByteArray();
  }

  /** Writes the file, whole or not at all; weights above 1.5 GiB go into a file beside it. */
  public void write(Path file) {
    write(file, LARGE);
  }

  /**
   * Writes the file, whole or not at all.
   *
   * @param limit how many bytes of weights it may hold; where there are more, they go into a file
   *     beside it, of its name and {@code .data}
   */
  public void write(Path file, long limit) {
    if (ExternalWeights.size(model) <= Math.min(limit, LARGEST)) {
      AtomicFiles.write(file, bytes());
    } else {
      ExternalWeights.write(model, file);
    }
  }

  /** How each loop was written, in the order of the graph. */
  public List<LoopForm> loops() {
    return loops;
  }
}
