package recurve.tasks.seq2seq;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import recurve.task.Report;

/**
 * BLEU of a whole text (Papineni et al. 2002), as sacreBLEU (Post 2018) computes it by default.
 *
 * <pre>
 *   BLEU = min(1, exp(1 - r / c)) · exp(1/4 Σ_n log p_n)
 * </pre>
 *
 * p_n is the share of n-grams said that the reference has too, each counted as often as it has it;
 * c and r are the lengths in tokens. Where none of order n is right, half, a quarter, ... of one
 * is.
 */
final class Bleu {
  /** sacreBLEU's words for how it was computed. */
  static final String SIGNATURE = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp";

  private static final int ORDERS = 4;

  // the tokeniser of mteval-v13a, as sacreBLEU has it
  private static final Pattern PUNCTUATION = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
  private static final Pattern AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH = Pattern.compile("([0-9])(-)");
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private final long[] right = new long[ORDERS];
  private final long[] said = new long[ORDERS];
  private long length;
  private long reference;

  /** Tokens of a text as mteval-v13a cuts it. */
  static List<String> tokens(String text) {
    String line = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ");
    line =
        line.replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    line = " " + line + " ";
    line = PUNCTUATION.matcher(line).replaceAll(" $1 ");
    line = AFTER_NO_DIGIT.matcher(line).replaceAll("$1 $2 ");
    line = BEFORE_NO_DIGIT.matcher(line).replaceAll(" $1 $2");
    line = DASH.matcher(line).replaceAll("$1 $2 ");
    return Arrays.stream(SPACE.split(line)).filter(token -> !token.isEmpty()).toList();
  }

  /** Takes in one sentence. */
  void add(String said, String reference) {
    add(tokens(said), tokens(reference));
  }

  private void add(List<String> x, List<String> y) {
    length += x.size();
    reference += y.size();
    for (int n = 1; n <= ORDERS; n++) {
      Map<List<String>, Integer> there = grams(y, n);
      for (var gram : grams(x, n).entrySet()) {
        said[n - 1] += gram.getValue();
        right[n - 1] += Math.min(gram.getValue(), there.getOrDefault(gram.getKey(), 0));
      }
    }
  }

  private static Map<List<String>, Integer> grams(List<String> tokens, int n) {
    var counts = new HashMap<List<String>, Integer>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  /** p_1 to p_4 in percent. */
  private double[] precisions() {
    double[] p = new double[ORDERS];
    if (Arrays.stream(right).sum() == 0) return p;
    double smooth = 1;
    for (int n = 0; n < ORDERS && said[n] > 0; n++) {
      if (right[n] == 0) smooth *= 2;
      p[n] = 100 * (right[n] == 0 ? 1 / smooth : right[n]) / said[n];
    }
    return p;
  }

  private double brevity() {
    if (length >= reference) return 1;
    return length == 0 ? 0 : Math.exp(1 - (double) reference / length);
  }

  /** In percent. */
  double score() {
    double sum = Arrays.stream(precisions()).map(Math::log).sum(); // of none -∞, whose exp is 0
    return brevity() * Math.exp(sum / ORDERS);
  }

  /** What the score is made of, under its signature. */
  Report.Table table() {
    double[] p = precisions();
    var row = new LinkedHashMap<String, List<Double>>();
    row.put(
        SIGNATURE,
        List.of(score(), p[0], p[1], p[2], p[3], brevity(), (double) length, (double) reference));
    return new Report.Table(
        "bleu_as_sacrebleu", List.of("bleu", "p1", "p2", "p3", "p4", "bp", "said", "gold"), row);
  }
}
