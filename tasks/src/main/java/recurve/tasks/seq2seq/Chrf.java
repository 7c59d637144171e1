package recurve.tasks.seq2seq;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import recurve.task.Report;

/**
 * chrF2 of a whole text (Popović 2015), as sacreBLEU computes it by default: precision and recall
 * of the n-grams of characters, spaces left out, averaged over n = 1 to 6; recall counts twice.
 */
final class Chrf {
  /** sacreBLEU's words for how it was computed. */
  static final String SIGNATURE = "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no";

  private static final int ORDERS = 6;
  private static final double FACTOR = 4; // beta squared

  private final long[] right = new long[ORDERS];
  private final long[] said = new long[ORDERS];
  private final long[] gold = new long[ORDERS];

  /** Takes in one sentence. */
  void add(String text, String reference) {
    int[] x = characters(text), y = characters(reference);
    for (int n = 1; n <= ORDERS; n++) {
      Map<String, Integer> there = grams(y, n);
      if (there.isEmpty()) continue; // nothing to be right or wrong by
      for (var gram : grams(x, n).entrySet()) {
        said[n - 1] += gram.getValue();
        right[n - 1] += Math.min(gram.getValue(), there.getOrDefault(gram.getKey(), 0));
      }
      gold[n - 1] += y.length - n + 1;
    }
  }

  private static int[] characters(String text) {
    return text.codePoints().filter(c -> !Character.isWhitespace(c)).toArray();
  }

  private static Map<String, Integer> grams(int[] characters, int n) {
    var counts = new HashMap<String, Integer>();
    for (int i = 0; i + n <= characters.length; i++) {
      counts.merge(new String(characters, i, n), 1, Integer::sum);
    }
    return counts;
  }

  /** In percent. */
  double score() {
    double precision = 0, recall = 0;
    int orders = 0;
    for (int n = 0; n < ORDERS; n++) {
      if (said[n] == 0 || gold[n] == 0) continue;
      precision += (double) right[n] / said[n];
      recall += (double) right[n] / gold[n];
      orders++;
    }
    if (precision + recall == 0) return 0;
    return 100 * (1 + FACTOR) * precision * recall / (FACTOR * precision + recall) / orders;
  }

  /** The score under its signature. */
  Report.Table table() {
    return new Report.Table(
        "chrf_as_sacrebleu", List.of("chrf"), Map.of(SIGNATURE, List.of(score())));
  }
}
