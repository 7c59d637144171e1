package recurve.tasks.tag;

import java.util.Arrays;
import java.util.List;
import recurve.ir.Tensor;

/**
 * Tags of one sentence from their scores, on the host: the best sequence, and each tag's
 * probability.
 *
 * @param transitions what it adds that tag j follows tag i; minus infinity forbids it
 * @param start what it adds that a tag is the first
 * @param end what it adds that a tag is the last
 */
record Chain(double[][] transitions, double[] start, double[] end) {

  /** A chain in which no tag has to do with another. */
  static Chain free(int tags) {
    return new Chain(new double[tags][tags], new double[tags], new double[tags]);
  }

  /** The chain of a field's transitions, start and end, [K + 2, K]. */
  static Chain of(Tensor stacked) {
    int k = stacked.dim(1);
    double[][] rows = new double[k + 2][k];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < k; j++) rows[i][j] = stacked.at(i * k + j);
    }
    return new Chain(Arrays.copyOf(rows, k), rows[k], rows[k + 1]);
  }

  /** This chain without the sequences that break a scheme. */
  Chain within(Scheme scheme, List<String> tags) {
    int k = start.length;
    double[][] a = new double[k][];
    double[] first = start.clone(), last = end.clone();
    for (int i = 0; i < k; i++) {
      a[i] = transitions[i].clone();
      for (int j = 0; j < k; j++) if (!scheme.follows(tags.get(i), tags.get(j))) a[i][j] = NEVER;
      if (!scheme.follows(Scheme.OUTSIDE, tags.get(i))) first[i] = NEVER;
      if (!scheme.follows(tags.get(i), Scheme.OUTSIDE)) last[i] = NEVER;
    }
    return new Chain(a, first, last);
  }

  private static final double NEVER = Double.NEGATIVE_INFINITY;

  /**
   * The sequence of the highest score (Viterbi 1967); of equals, the one with the lower ids.
   *
   * @param e scores, [T][K], T at least 1
   */
  int[] best(double[][] e) {
    int steps = e.length, k = start.length;
    int[][] from = new int[steps][k];
    double[] score = sum(start, e[0]);
    for (int t = 1; t < steps; t++) {
      double[] next = new double[k];
      for (int j = 0; j < k; j++) {
        int best = 0;
        for (int i = 1; i < k; i++) {
          if (score[i] + transitions[i][j] > score[best] + transitions[best][j]) best = i;
        }
        from[t][j] = best;
        next[j] = score[best] + transitions[best][j] + e[t][j];
      }
      score = next;
    }
    score = sum(score, end);
    int[] tags = new int[steps];
    for (int j = 1; j < k; j++) if (score[j] > score[tags[steps - 1]]) tags[steps - 1] = j;
    for (int t = steps - 1; t > 0; t--) tags[t - 1] = from[t][tags[t]];
    return tags;
  }

  /** The probability of each tag at each step, [T][K], over all sequences. */
  double[][] marginals(double[][] e) {
    int steps = e.length, k = start.length;
    double[][] forward = new double[steps][], backward = new double[steps][];
    forward[0] = sum(start, e[0]);
    for (int t = 1; t < steps; t++) {
      forward[t] = new double[k];
      for (int j = 0; j < k; j++) {
        double[] paths = new double[k];
        for (int i = 0; i < k; i++) paths[i] = forward[t - 1][i] + transitions[i][j];
        forward[t][j] = logSumExp(paths) + e[t][j];
      }
    }
    backward[steps - 1] = end;
    for (int t = steps - 2; t >= 0; t--) {
      backward[t] = new double[k];
      for (int i = 0; i < k; i++) {
        backward[t][i] = logSumExp(sum(transitions[i], sum(backward[t + 1], e[t + 1])));
      }
    }
    double total = logSumExp(sum(forward[steps - 1], end));
    double[][] p = new double[steps][k];
    for (int t = 0; t < steps; t++) {
      for (int j = 0; j < k; j++) p[t][j] = Math.exp(forward[t][j] + backward[t][j] - total);
    }
    return p;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) sum[i] += b[i];
    return sum;
  }

  private static double logSumExp(double[] x) {
    double top = Arrays.stream(x).max().orElse(NEVER);
    if (top == NEVER) return NEVER;
    double sum = 0;
    for (double v : x) sum += Math.exp(v - top);
    return top + Math.log(sum);
  }
}
