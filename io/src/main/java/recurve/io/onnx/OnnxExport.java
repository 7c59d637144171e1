package recurve.io.onnx;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import recurve.io.checkpoint.AtomicFiles;
import recurve.ir.Graph;
import recurve.ir.Tensor;

/** A graph as an ONNX model, with a report of how each of its loops was written. */
public final class OnnxExport {
  private final byte[] model;
  private final List<LoopForm> loops;

  /**
   * How one loop was written.
   *
   * @param loop its name, or its number and where it was made
   * @param operator {@code LSTM}, {@code GRU}, {@code RNN} or {@code Scan}
   * @param reason why it is a Scan; empty where it is fused
   */
  public record LoopForm(String loop, String operator, String reason) {
    /** Whether it is one operator of ONNX. */
    public boolean isFused() {
      return !operator.equals("Scan");
    }

    @Override
    public String toString() {
      return loop + ": " + operator + (reason.isEmpty() ? "" : " (" + reason + ")");
    }
  }

  private OnnxExport(byte[] model, List<LoopForm> loops) {
    this.model = model;
    this.loops = List.copyOf(loops);
  }

  /**
   * Tells a graph in ONNX.
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
    byte[] model = exporter.model(metadata).toByteArray();
    return new OnnxExport(model, exporter.loops());
  }

  /** The file's bytes. */
  public byte[] bytes() {
    return model.clone();
  }

  /** Writes the file, whole or not at all. */
  public void write(Path file) {
    AtomicFiles.write(file, model);
  }

  /** How each loop was written, in the order of the graph. */
  public List<LoopForm> loops() {
    return loops;
  }
}
