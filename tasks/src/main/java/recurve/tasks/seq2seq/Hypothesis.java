package recurve.tasks.seq2seq;

import java.util.Optional;

/**
 * Symbols said so far: one more than another hypothesis, or none.
 *
 * @param before the symbols before the last
 * @param id the last symbol; of the empty hypothesis the one that stands for the beginning
 * @param size how many symbols, the end among them
 * @param logp the sum of their log-probabilities
 * @param weights where attention looked for the last symbol; empty without attention
 */
record Hypothesis(Optional<Hypothesis> before, int id, int size, double logp, float[] weights) {

  /** Nothing said. */
  static Hypothesis empty(int start) {
    return new Hypothesis(Optional.empty(), start, 0, 0, new float[0]);
  }

  /** One symbol more. */
  Hypothesis then(int symbol, double logp, float[] weights) {
    return new Hypothesis(Optional.of(this), symbol, size + 1, this.logp + logp, weights);
  }

  /** All symbols, the end among them. */
  int[] ids() {
    int[] ids = new int[size];
    Hypothesis h = this;
    for (int i = size - 1; i >= 0; i--) {
      ids[i] = h.id;
      h = h.before.orElseThrow();
    }
    return ids;
  }

  /** Where attention looked for each symbol, the end among them: [symbols, places]. */
  float[][] attention() {
    float[][] all = new float[size][];
    Hypothesis h = this;
    for (int i = size - 1; i >= 0; i--) {
      all[i] = h.weights;
      h = h.before.orElseThrow();
    }
    return all;
  }

  /** Whether one symbol more would say some n symbols again. */
  boolean repeats(int symbol, int n) {
    if (n == 0 || size < n) return false;
    int[] ids = ids();
    for (int from = 0; from + n <= ids.length; from++) {
      boolean same = ids[from + n - 1] == symbol;
      for (int i = 0; same && i < n - 1; i++) same = ids[from + i] == ids[ids.length - n + 1 + i];
      if (same) return true;
    }
    return false;
  }
}
