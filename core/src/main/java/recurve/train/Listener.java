package recurve.train;

import java.util.Optional;
import java.util.function.Supplier;
import recurve.task.Report;

/** What a training run tells of itself. Called on the training thread. */
public interface Listener {
  /** One that hears nothing. */
  Listener SILENT = new Listener() {};

  /** Training begins, or goes on, with so many parameters and batches in a pass. */
  default void begin(long parameters, int batches, int epochs) {}

  /** A batch is done. */
  default void step(Step step) {}

  /** A pass is done. */
  default void epoch(Epoch epoch) {}

  /**
   * A point from which training can go on. The snapshot is made when asked for.
   *
   * @param best whether the model is the best so far by validation, or there is none
   */
  default void checkpoint(Supplier<Snapshot> snapshot, boolean best) {}

  /**
   * A batch.
   *
   * @param epoch the pass, from 0
   * @param batch the batch in it, from 0
   * @param batches how many the pass has
   * @param tokens how many tokens the batch held
   * @param mean loss per count over the pass so far
   * @param rate the learning rate
   */
  record Step(int epoch, int batch, int batches, int tokens, double mean, double rate) {}

  /**
   * A pass.
   *
   * @param epoch the pass, from 0
   * @param epochs how many there will be
   * @param mean training loss per count
   * @param rate the learning rate at its end
   * @param validation the report, if there is a validation text
   * @param best whether it is the best so far
   */
  record Epoch(
      int epoch, int epochs, double mean, double rate, Optional<Report> validation, boolean best) {}
}
