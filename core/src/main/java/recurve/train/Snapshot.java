package recurve.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Tensor;

/**
 * Everything of a model that is saved: enough to rebuild it without the command that made it.
 *
 * @param task the task's name
 * @param options every option's value as text
 * @param vocabularies by name, in the order of ids
 * @param files by name, see {@link recurve.task.Problem#files}
 * @param weights by parameter
 * @param training what training goes on from, while it is not done
 */
public record Snapshot(
    String task,
    Map<String, String> options,
    Map<String, List<String>> vocabularies,
    Map<String, byte[]> files,
    Map<String, Tensor> weights,
    Optional<State> training) {
  public Snapshot {
    options = ordered(options);
    vocabularies = ordered(vocabularies);
    files = ordered(files);
    weights = ordered(weights);
  }

  private static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /**
   * Where training stands, bit for bit.
   *
   * @param tensors parameters, moments and carried states by name
   * @param position counters
   */
  public record State(Map<String, Tensor> tensors, Position position) {
    public State {
      tensors = ordered(tensors);
    }
  }

  /**
   * Integers and sums from which a run goes on.
   *
   * @param epoch whole passes made
   * @param batch batches made in the pass under way
   * @param step updates made
   * @param nll sum of the loss figure in the pass under way
   * @param count what it runs over
   * @param validation cost after each pass
   * @param data hash of the training text: another text is refused
   */
  public record Position(
      int epoch,
      int batch,
      long step,
      double nll,
      double count,
      List<Double> validation,
      String data) {
    public Position {
      validation = List.copyOf(validation);
    }
  }
}
