package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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

  /** Transitions, start and end in one tensor, [K + 2, K], as {@link #of} reads it. */
  Tensor stacked() {
    int k = start.length;
    double[] all = new double[(k + 2) * k];
    for (int i = 0; i < k; i++) System.arraycopy(transitions[i], 0, all, i * k, k);
    System.arraycopy(start, 0, all, k * k, k);
    System.arraycopy(end, 0, all, (k + 1) * k, k);
    return Tensor.of(all, k + 2, k);
  }

  private static final double NEVER = Double.NEGATIVE_INFINITY;

  /**
   * A sequence of tags.
   *
   * @param score what the chain and the tags' own scores add up to
   */
  record Path(int[] tags, double score) {}

  /** The best way to a tag at a step: over which place of which tag before. */
  private record Way(double score, int tag, int place) {}

  /**
   * The sequence of the highest score (Viterbi 1967); of equals, the one with the lower ids.
   *
   * @param e scores, [T][K], T at least 1
   */
  int[] best(double[][] e) {
    return best(e, 1).get(0).tags;
  }

  /**
   * The n sequences of the highest scores, the best first; fewer where the chain allows no more.
   * Each tag at each step keeps its n best ways (the list Viterbi algorithm, Seshadri and Sundberg
   * 1994).
   */
  List<Path> best(double[][] e, int n) {
    int steps = e.length, k = start.length;
    var ways = new ArrayList<List<List<Way>>>(); // [step][tag][place]
    var first = new ArrayList<List<Way>>();
    for (int j = 0; j < k; j++) first.add(possible(start[j] + e[0][j], -1, 0));
    ways.add(first);
    for (int t = 1; t < steps; t++) {
      var here = new ArrayList<List<Way>>();
      for (int j = 0; j < k; j++) here.add(ways(ways.get(t - 1), column(j), e[t][j], n));
      ways.add(here);
    }
    var paths = new ArrayList<Path>();
    for (Way last : ways(ways.get(steps - 1), end, 0, n)) {
      int[] tags = new int[steps];
      Way way = last;
      for (int t = steps - 1; t >= 0; t--) {
        tags[t] = way.tag;
        way = ways.get(t).get(way.tag).get(way.place);
      }
      paths.add(new Path(tags, last.score));
    }
    return paths;
  }

  private double[] column(int j) {
    return Arrays.stream(transitions).mapToDouble(row -> row[j]).toArray();
  }

  /** The n best ways on from the tags before. */
  private static List<Way> ways(List<List<Way>> before, double[] link, double own, int n) {
    var all = new ArrayList<Way>();
    for (int i = 0; i < link.length; i++) {
      List<Way> places = before.get(i);
      for (int place = 0; place < places.size(); place++) {
        all.addAll(possible(places.get(place).score + link[i] + own, i, place));
      }
    }
    if (n == 1 && !all.isEmpty()) { // a stable sort of one
      Way best = all.get(0);
      for (Way way : all) if (way.score > best.score) best = way;
      return List.of(best);
    }
    all.sort(Comparator.comparingDouble(way -> -way.score));
    return List.copyOf(all.subList(0, Math.min(n, all.size())));
  }

  private static List<Way> possible(double score, int tag, int place) {
    return score == NEVER ? List.of() : List.of(new Way(score, tag, place));
  }

  /** {@code log Σ exp(score)} over all sequences. */
  double logPartition(double[][] e) {
    return logSumExp(sum(forward(e)[e.length - 1], end));
  }

  /** [T][K]: {@code log Σ exp(score)} over all beginnings that end with a tag at a step. */
  private double[][] forward(double[][] e) {
    int steps = e.length, k = start.length;
    double[][] forward = new double[steps][];
    forward[0] = sum(start, e[0]);
    for (int t = 1; t < steps; t++) {
      forward[t] = new double[k];
      for (int j = 0; j < k; j++) {
        forward[t][j] = logSumExp(sum(forward[t - 1], column(j))) + e[t][j];
      }
    }
    return forward;
  }

  /** The probability of each tag at each step, [T][K], over all sequences. */
  double[][] marginals(double[][] e) {
    int steps = e.length, k = start.length;
    double[][] forward = forward(e), backward = new double[steps][];
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
