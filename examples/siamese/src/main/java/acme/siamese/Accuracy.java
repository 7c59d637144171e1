package acme.siamese;

import java.util.LinkedHashMap;
import java.util.function.Function;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Report;

/** How many pairs are judged rightly, in percent. */
final class Accuracy implements Evaluation {
  private double nll;
  private long pairs;
  private long right;

  @Override
  public void add(Batch batch, Function<String, Tensor> figures) {
    nll += figures.apply(Objective.NLL).item();
    Tensor p = figures.apply(Siamese.PROBABILITY);
    int[] same = batch.input(Siamese.SAME).ints();
    for (int b = 0; b < same.length; b++) {
      pairs++;
      if (p.at(b) >= 0.5 == (same[b] == 1)) right++;
    }
  }

  @Override
  public Report report() {
    var figures = new LinkedHashMap<String, Double>();
    figures.put("pairs", (double) pairs);
    figures.put("nll", nll / pairs);
    figures.put("accuracy", 100.0 * right / pairs);
    return new Report(figures, "accuracy", false);
  }
}
