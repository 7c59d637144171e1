package recurve.tasks.classify;

import java.util.ArrayList;
import java.util.Comparator;
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

/**
 * F1 and exact matches where a text has any number of labels, and which threshold would be best.
 */
final class SeveralLabelsEvaluation implements Evaluation {
  static final String BEST_THRESHOLD = "best_threshold";
  private static final String BEST_F1 = "best_threshold_micro_f1", F1 = "micro_f1";

  private record Decision(double probability, boolean has) {}

  private final List<String> labels;
  private final double threshold;
  private final boolean chooses;
  private final LabelCounts counts;
  private final List<Decision> decisions = new ArrayList<>();
  private double nll;
  private long texts;
  private long exact;

  /**
   * Nothing counted yet.
   *
   * @param chooses whether models are told apart by what the best threshold would give
   */
  SeveralLabelsEvaluation(List<String> labels, double threshold, boolean chooses) {
    this.labels = labels;
    this.threshold = threshold;
    this.chooses = chooses;
    this.counts = new LabelCounts(labels);
  }

  @Override
  public void add(Batch batch, Function<String, Tensor> figures) {
    nll += figures.apply(Objective.NLL).item();
    Tensor p = figures.apply(Classifier.PROBABILITIES);
    int[] gold = batch.input(Example.TARGETS).ints();
    for (int from = 0; from < gold.length; from += labels.size()) {
      boolean same = true;
      for (int i = 0; i < labels.size(); i++) {
        var decision = new Decision(p.at(from + i), gold[from + i] == 1);
        boolean said = decision.probability >= threshold;
        counts.add(i, decision.has, said, 1);
        decisions.add(decision);
        same &= said == decision.has;
      }
      texts++;
      if (same) exact++;
    }
  }

  @Override
  public Report report() {
    var figures = new LinkedHashMap<String, Double>();
    figures.put("texts", (double) texts);
    figures.put("nll", nll / texts);
    figures.put("exact_match", Counts.percent(exact, texts));
    figures.put("macro_f1", counts.macroF1());
    figures.put(F1, counts.microF1());
    best(figures);
    return new Report(figures, chooses ? BEST_F1 : F1, false, List.of(counts.table()));
  }

  /** The threshold of the highest micro F1: between two probabilities that differ. */
  private void best(LinkedHashMap<String, Double> figures) {
    decisions.sort(Comparator.comparingDouble(Decision::probability).reversed());
    long gold = decisions.stream().filter(Decision::has).count();
    long right = 0;
    double best = 0, at = threshold;
    for (int said = 1; said <= decisions.size(); said++) {
      Decision d = decisions.get(said - 1);
      if (d.has) right++;
      double next = said < decisions.size() ? decisions.get(said).probability : 0;
      double f1 = new Counts(right, said, gold).f1();
      if (next == d.probability || f1 <= best) continue;
      best = f1;
      at = (d.probability + next) / 2;
    }
    figures.put(BEST_THRESHOLD, at);
    figures.put(BEST_F1, best);
  }
}
