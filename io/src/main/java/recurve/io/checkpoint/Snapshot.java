package recurve.io.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Tensor;

/**
 * A model at one moment: all that a model folder holds but its log.
 *
 * @param model task, names, options, seed, data hash, code version. Values are strings, truth
 *     values, whole numbers (kept as Long), floating-point numbers (kept as Double), lists, and
 *     maps of these by string.
 * @param weights by parameter name
 * @param vocabularies entries in the order of their ids, by file name without extension: {@code
 *     vocab}, or {@code vocab-} and letters, digits, hyphens
 * @param training present if training can resume from here
 */
public record Snapshot(
    Map<String, Object> model,
    Map<String, Tensor> weights,
    Map<String, List<String>> vocabularies,
    Optional<TrainingState> training) {

  public Snapshot {
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
  }

  /** The same model, without what only training needs. */
  public Snapshot withoutTraining() {
    return new Snapshot(model, weights, vocabularies, Optional.empty());
  }
}
