package recurve.task;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import recurve.ir.Tensor;

/**
 * What one step of training or evaluation reads.
 *
 * @param inputs by the names under which the objective made its inputs
 * @param fresh whether carried states begin anew before it
 * @param tokens how many tokens it holds, for rates
 * @param references text that an evaluation compares with, and no graph reads
 */
public record Batch(
    Map<String, Tensor> inputs, boolean fresh, int tokens, List<String> references) {
  public Batch {
    inputs = Map.copyOf(inputs);
    references = List.copyOf(references);
  }

  /** A batch whose evaluation reads its inputs only. */
  public Batch(Map<String, Tensor> inputs, boolean fresh, int tokens) {
    this(inputs, fresh, tokens, List.of());
  }

  /** One of the inputs, which the batch is known to have. */
  public Tensor input(String name) {
    return Objects.requireNonNull(inputs.get(name), name);
  }
}
