package recurve.task;

import recurve.option.Option;

/**
 * The batches of one pass over a text. Any one can be asked for, so a pass resumes from an integer.
 */
public interface Batches {
  /** What every task calls the number of sequences in a batch. */
  Option<Integer> BATCH = Option.of("batch", 20, "sequences in a batch").range(1, 1_000_000);

  /** The same by what they take up, for tasks whose sequences are of many lengths. */
  Option<Integer> BATCH_TOKENS =
      Option.of("batch_tokens", 0, "symbols in a batch, padding too, instead; 0 goes by batch")
          .atLeast(0);

  /** How many there are. */
  int size();

  /** One of them. */
  Batch get(int index);
}
