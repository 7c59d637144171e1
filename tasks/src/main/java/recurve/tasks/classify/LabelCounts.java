package recurve.tasks.classify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;
import recurve.task.Report;

/** How often each label was right, said wrongly, and missed; all figures in percent. */
final class LabelCounts {
  private final List<String> labels;
  private final long[] right;
  private final long[] said;
  private final long[] gold;

  LabelCounts(List<String> labels) {
    this.labels = labels;
    this.right = new long[labels.size()];
    this.said = new long[labels.size()];
    this.gold = new long[labels.size()];
  }

  /** Takes in some texts: whether they have a label, and whether they were said to have it. */
  void add(int label, boolean has, boolean isSaid, long texts) {
    if (has) gold[label] += texts;
    if (isSaid) said[label] += texts;
    if (has && isSaid) right[label] += texts;
  }

  /** The mean of the labels' F1, over the labels that occur or were said. */
  double macroF1() {
    return IntStream.range(0, labels.size())
        .filter(i -> gold[i] + said[i] > 0)
        .mapToDouble(i -> f1(right[i], said[i], gold[i]))
        .average()
        .orElse(0);
  }

  /** The F1 of all decisions together. */
  double microF1() {
    return f1(sum(right), sum(said), sum(gold));
  }

  private static long sum(long[] counts) {
    return java.util.Arrays.stream(counts).sum();
  }

  /** {@code 2 P R / (P + R)}, in percent; zero where nothing is right. */
  static double f1(long right, long said, long gold) {
    return percent(2 * right, said + gold);
  }

  static double percent(long part, long whole) {
    return whole == 0 ? 0 : 100.0 * part / whole;
  }

  /** Precision, recall and F1 of each label. */
  Report.Table table() {
    var rows = new LinkedHashMap<String, List<Double>>();
    for (int i = 0; i < labels.size(); i++) {
      var row = new ArrayList<Double>();
      row.add(percent(right[i], said[i]));
      row.add(percent(right[i], gold[i]));
      row.add(f1(right[i], said[i], gold[i]));
      row.add((double) gold[i]);
      rows.put(labels.get(i), row);
    }
    return new Report.Table("labels", List.of("precision", "recall", "f1", "texts"), rows);
  }
}
