package recurve.io.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import recurve.ir.Tensor;

/**
 * What training needs beside the weights to go on as if it had never stopped.
 *
 * @param tensors optimiser moments, averages, carried states of the loops
 * @param counters steps, epochs, the position in the data, the random key; values are those of
 *     {@link Snapshot#model}
 */
public record TrainingState(Map<String, Tensor> tensors, Map<String, Object> counters) {
  public TrainingState {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    counters = Documents.normal(counters);
  }
}
