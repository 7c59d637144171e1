package recurve.tasks.classify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Report;
import recurve.tasks.Counts;
import recurve.tasks.Example;

/** Accuracy, F1 and the confusion matrix where each text has one label. */
final class OneLabelEvaluation implements Evaluation {
  private final List<String> labels;
  private final long[][] confusion; // [label of the text][label that was said]
  private double nll;

  OneLabelEvaluation(List<String> labels) {
    this.labels = labels;
    this.confusion = new long[labels.size()][labels.size()];
  }

  @Override
  public void add(Batch batch, Function<String, Tensor> figures) {
    nll += figures.apply(Objective.NLL).item();
    Tensor p = figures.apply(Classifier.PROBABILITIES);
    int[] gold = batch.input(Example.TARGETS).ints();
    for (int b = 0; b < gold.length; b++) confusion[gold[b]][likeliest(p, b)]++;
  }

  private int likeliest(Tensor p, int row) {
    int best = 0, from = row * labels.size();
    for (int i = 1; i < labels.size(); i++) if (p.at(from + i) > p.at(from + best)) best = i;
    return best;
  }

  @Override
  public Report report() {
    var counts = new LabelCounts(labels);
    long texts = 0, right = 0;
    for (int gold = 0; gold < labels.size(); gold++) {
      for (int said = 0; said < labels.size(); said++) {
        long n = confusion[gold][said];
        counts.add(gold, true, gold == said, n);
        if (gold != said) counts.add(said, false, true, n);
        texts += n;
      }
      right += confusion[gold][gold];
    }
    var figures = new LinkedHashMap<String, Double>();
    figures.put("texts", (double) texts);
    figures.put("nll", nll / texts);
    figures.put("accuracy", Counts.percent(right, texts));
    figures.put("macro_f1", counts.macroF1());
    figures.put("micro_f1", counts.microF1());
    return new Report(figures, "accuracy", false, List.of(counts.table(), table()));
  }

  private Report.Table table() {
    var rows = new LinkedHashMap<String, List<Double>>();
    for (int g = 0; g < labels.size(); g++) {
      var row = new ArrayList<Double>();
      for (long n : confusion[g]) row.add((double) n);
      rows.put(labels.get(g), row);
    }
    return new Report.Table("confusion", labels, rows);
  }
}
