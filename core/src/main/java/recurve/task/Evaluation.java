package recurve.task;

import java.util.function.Function;
import recurve.ir.Tensor;

/** Sums what a report needs over the batches of a text. */
public interface Evaluation {
  /** Takes in one batch and the figures the objective gave for it, by name. */
  void add(Batch batch, Function<String, Tensor> figures);

  /** The figures so far. */
  Report report();
}
