package recurve.task;

import recurve.option.Option;

/**
 * The batches of one pass over a text. Any one can be asked for, so a pass resumes from an integer.
 */
public interface Batches {
  /** What every task calls the number of sequences in a batch. */
  Option<Integer> BATCH = Option.of("batch", 20, "sequences in a batch").range(1, 1_000_000);

  /** How many there are. */
  int size();

  /** One of them. */
  Batch get(int index);
}
