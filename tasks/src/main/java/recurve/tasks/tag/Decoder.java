package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import recurve.ir.Tensor;

/** Makes tags of what the graph gives for a batch. */
final class Decoder {
  private final List<String> tags;
  private final Tagging.Head head;
  private final Scheme scheme;

  /**
   * A decoder.
   *
   * @param scheme what no sequence breaks
   */
  Decoder(List<String> tags, Tagging.Head head, Scheme scheme) {
    this.tags = tags;
    this.head = head;
    this.scheme = scheme;
  }

  /**
   * Tags of a sentence.
   *
   * @param probability among all sequences of tags, those that break the scheme too
   */
  record Reading(int[] tags, double probability) {}

  /** The best tags of each row. */
  List<int[]> decode(Function<String, Tensor> outputs, int[] lengths) {
    Chain chain = chain(outputs).within(scheme, tags);
    Tensor scores = outputs.apply(Tagger.SCORES);
    var rows = new ArrayList<int[]>();
    for (int b = 0; b < lengths.length; b++) rows.add(chain.best(row(scores, b, lengths[b])));
    return rows;
  }

  /** The n best readings of each row, the best first; fewer where there are not so many. */
  List<List<Reading>> decode(Function<String, Tensor> outputs, int[] lengths, int n) {
    Chain all = chain(outputs), kept = all.within(scheme, tags);
    Tensor scores = outputs.apply(Tagger.SCORES);
    var rows = new ArrayList<List<Reading>>();
    for (int b = 0; b < lengths.length; b++) {
      double[][] e = row(scores, b, lengths[b]);
      double logZ = all.logPartition(e);
      rows.add(
          kept.best(e, n).stream()
              .map(path -> new Reading(path.tags(), Math.exp(path.score() - logZ)))
              .toList());
    }
    return rows;
  }

  /** The probability of each tag at each step of each row, over all sequences of tags. */
  List<double[][]> marginals(Function<String, Tensor> outputs, int[] lengths) {
    Chain chain = chain(outputs);
    Tensor scores = outputs.apply(Tagger.SCORES);
    var rows = new ArrayList<double[][]>();
    for (int b = 0; b < lengths.length; b++) rows.add(chain.marginals(row(scores, b, lengths[b])));
    return rows;
  }

  private Chain chain(Function<String, Tensor> outputs) {
    return switch (head) {
      case SOFTMAX -> Chain.free(tags.size());
      case CRF -> Chain.of(outputs.apply(Tagger.TRANSITIONS));
    };
  }

  /** [T][K] of one row of [T, B, K]. */
  private double[][] row(Tensor scores, int b, int length) {
    int rows = scores.dim(1), k = tags.size();
    double[][] e = new double[length][k];
    for (int t = 0; t < length; t++) {
      for (int j = 0; j < k; j++) e[t][j] = scores.at((t * rows + b) * k + j);
    }
    return e;
  }
}
