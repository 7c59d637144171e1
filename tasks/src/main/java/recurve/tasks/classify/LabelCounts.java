package recurve.tasks.classify;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import recurve.task.Report;
import recurve.tasks.Counts;

/** How often each label was right, said wrongly, and missed. */
final class LabelCounts {
  private final List<String> labels;
  private final Counts[] counts;

  LabelCounts(List<String> labels) {
    this.labels = labels;
    this.counts = new Counts[labels.size()];
    Arrays.fill(counts, Counts.NONE);
  }

  /** Takes in some texts: whether they have a label, and whether they were said to have it. */
  void add(int label, boolean has, boolean isSaid, long texts) {
    var more = new Counts(has && isSaid ? texts : 0, isSaid ? texts : 0, has ? texts : 0);
    counts[label] = counts[label].plus(more);
  }

  /** The mean of the labels' F1, over the labels that occur or were said. */
  double macroF1() {
    return Arrays.stream(counts)
        .filter(c -> c.gold() + c.said() > 0)
        .mapToDouble(Counts::f1)
        .average()
        .orElse(0);
  }

  /** The F1 of all decisions together. */
  double microF1() {
    return Arrays.stream(counts).reduce(Counts.NONE, Counts::plus).f1();
  }

  /** Precision, recall and F1 of each label. */
  Report.Table table() {
    var rows = new LinkedHashMap<String, List<Double>>();
    for (int i = 0; i < counts.length; i++) rows.put(labels.get(i), counts[i].row());
    return new Report.Table("labels", Counts.columns("texts"), rows);
  }
}
