package recurve.io.onnx;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Dim;
import recurve.ir.Tensor;

/**
 * How a file is read.
 *
 * @param extents what symbolic dimensions are, by their names: numbers, or other symbols
 * @param fixed values for inputs that are to be inputs no longer; a shape that a graph is handed as
 *     it runs must be settled so
 * @param external the folder that weights outside of the file are read from; without one they are
 *     refused
 * @param clipAsOnnxRuntime leave the last activation of a clipped LSTM unclipped, as ONNX Runtime
 *     does and the definition does not
 * @param uniformWeights keep a weight that is one number throughout as a weight, since it may be
 *     trained; else it is read as that number
 */
public record ImportOptions(
    Map<String, Dim> extents,
    Map<String, Tensor> fixed,
    Optional<Path> external,
    boolean clipAsOnnxRuntime,
    boolean uniformWeights) {

  public ImportOptions {
    extents = Map.copyOf(extents);
    fixed = Map.copyOf(fixed);
  }

  /** As the file says. */
  public static ImportOptions defaults() {
    return new ImportOptions(Map.of(), Map.of(), Optional.empty(), false, false);
  }

  /** The same with some inputs fixed. */
  public ImportOptions fixing(Map<String, Tensor> values) {
    var all = new HashMap<>(fixed);
    all.putAll(values);
    return new ImportOptions(extents, all, external, clipAsOnnxRuntime, uniformWeights);
  }

  /** The same with symbolic dimensions as numbers. */
  public ImportOptions binding(Map<String, Long> numbers) {
    var dims = new HashMap<String, Dim>();
    numbers.forEach((symbol, n) -> dims.put(symbol, Dim.of(n)));
    return naming(dims);
  }

  /** The same with symbolic dimensions as others, and those as others again, if they are named. */
  public ImportOptions naming(Map<String, Dim> dims) {
    return new ImportOptions(dims, fixed, external, clipAsOnnxRuntime, uniformWeights);
  }

  /** The same, reading weights outside of the file from a folder. */
  public ImportOptions externalIn(Path folder) {
    return new ImportOptions(
        extents, fixed, Optional.of(folder), clipAsOnnxRuntime, uniformWeights);
  }

  /** The same, clipping as ONNX Runtime does. */
  public ImportOptions clippingAsOnnxRuntime() {
    return new ImportOptions(extents, fixed, external, true, uniformWeights);
  }

  /** The same, with every weight kept as one. */
  public ImportOptions keepingWeights() {
    return new ImportOptions(extents, fixed, external, clipAsOnnxRuntime, true);
  }
}
