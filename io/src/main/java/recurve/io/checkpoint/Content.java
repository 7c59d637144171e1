package recurve.io.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Tensor;

/**
 * What the files of a model folder hold, but its log: plain trees, tensors and lists.
 *
 * @param model task, names, options, seed, data hash, code version. Values are strings, truth
 *     values, whole numbers (kept as Long), floating-point numbers (kept as Double), lists, and
 *     maps of these by string.
 * @param weights by parameter name
 * @param vocabularies entries in the order of their ids, by file name without extension: {@code
 *     vocab}, or {@code vocab-} and letters, digits, hyphens
 * @param files what stands beside them as it is, by file name: letters, digits, hyphens, and {@code
 *     .onnx}
 * @param training present if training can resume from here
 */
record Content(
    Map<String, Object> model,
    Map<String, Tensor> weights,
    Map<String, List<String>> vocabularies,
    Map<String, byte[]> files,
    Optional<State> training) {

  Content {
    model = Documents.normal(model);
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    var copy = new LinkedHashMap<String, List<String>>();
    vocabularies.forEach(
        (name, entries) -> {
          if (!name.matches("vocab(-[a-z0-9-]+)?")) {
            throw new IllegalArgumentException("'" + name + "' is no name for a vocabulary");
          }
          copy.put(name, List.copyOf(entries));
        });
    vocabularies = Collections.unmodifiableMap(copy);
    for (String name : files.keySet()) {
      if (!name.matches(FILE))
        throw new IllegalArgumentException("'" + name + "' is no file's name");
    }
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  /** The names that files may have. */
  static final String FILE = "[a-z0-9-]+\\.onnx";

  /** A model without further files. */
  Content(
      Map<String, Object> model,
      Map<String, Tensor> weights,
      Map<String, List<String>> vocabularies,
      Optional<State> training) {
    this(model, weights, vocabularies, Map.of(), training);
  }

  /** The same model, without what only training needs. */
  Content withoutTraining() {
    return new Content(model, weights, vocabularies, files, Optional.empty());
  }

  /**
   * What training needs beside the weights to go on as if it had never stopped.
   *
   * @param tensors parameters, moments, averages, carried states of the loops
   * @param counters steps, epochs, the position in the data; values are those of {@link #model}
   */
  record State(Map<String, Tensor> tensors, Map<String, Object> counters) {
    State {
      tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
      counters = Documents.normal(counters);
    }
  }
}
