package recurve.task;

import java.util.Map;
import recurve.ir.Tensor;

/**
 * What one step of training or evaluation reads.
 *
 * @param inputs by the names under which the objective made its inputs
 * @param fresh whether carried states begin anew before it
 * @param tokens how many tokens it holds, for rates
 */
public record Batch(Map<String, Tensor> inputs, boolean fresh, int tokens) {
  public Batch {
    inputs = Map.copyOf(inputs);
  }
}
