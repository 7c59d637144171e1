package recurve.io.onnx;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Tensor;

/**
 * How a file is read.
 *
 * @param extents numbers for symbolic dimensions, by their names in the file
 * @param fixed values for inputs that are to be inputs no longer; a shape that a graph is handed as
 *     it runs must be settled so
 * @param external the folder that weights outside of the file are read from; without one they are
 *     refused
 * @param clipAsOnnxRuntime leave the last activation of a clipped LSTM unclipped, as ONNX Runtime
 *     does and the definition does not
 */
public record ImportOptions(
    Map<String, Long> extents,
    Map<String, Tensor> fixed,
    Optional<Path> external,
    boolean clipAsOnnxRuntime) {

  public ImportOptions {
    extents = Map.copyOf(extents);
    fixed = Map.copyOf(fixed);
  }

  /** As the file says. */
  public static ImportOptions defaults() {
    return new ImportOptions(Map.of(), Map.of(), Optional.empty(), false);
  }

  /** The same with some inputs fixed. */
  public ImportOptions fixing(Map<String, Tensor> values) {
    var all = new HashMap<>(fixed);
    all.putAll(values);
    return new ImportOptions(extents, all, external, clipAsOnnxRuntime);
  }

  /** The same with symbolic dimensions as numbers. */
  public ImportOptions binding(Map<String, Long> numbers) {
    return new ImportOptions(numbers, fixed, external, clipAsOnnxRuntime);
  }

  /** The same, reading weights outside of the file from a folder. */
  public ImportOptions externalIn(Path folder) {
    return new ImportOptions(extents, fixed, Optional.of(folder), clipAsOnnxRuntime);
  }

  /** The same, clipping as ONNX Runtime does. */
  public ImportOptions clippingAsOnnxRuntime() {
    return new ImportOptions(extents, fixed, external, true);
  }
}
