package recurve.task;

import java.util.Map;
import recurve.ir.Tensor;

/** A trained model ready to be run step by step; its states go on from run to run. */
public interface Session extends AutoCloseable {
  /** Runs the problem's outputs graph over some inputs; gives the outputs by name. */
  Map<String, Tensor> run(Map<String, Tensor> inputs);

  /**
   * The session of another of the problem's graphs, by the name that {@link Problem#parts} has; it
   * ends with this one.
   */
  Session part(String name);

  /** Begins anew: the states of the next run's rows are those of a fresh start. */
  void restart();

  /** The states as they stand, [rows, width] each. */
  Map<String, Tensor> states();

  /** Goes on from other states: a beam search reorders rows so. */
  void goOnFrom(Map<String, Tensor> states);

  @Override
  void close();
}
