package recurve.tasks.lm;

import java.util.LinkedHashMap;
import java.util.function.Function;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Report;

/** {@code exp(nll / symbols)}, the ends of sentences counted; of characters also bits for each. */
final class Perplexity implements Evaluation {
  private final boolean characters;
  private double nll;
  private double count;

  Perplexity(boolean characters) {
    this.characters = characters;
  }

  @Override
  public void add(Batch batch, Function<String, Tensor> figures) {
    nll += figures.apply(Objective.NLL).item();
    count += figures.apply(Objective.COUNT).item();
  }

  @Override
  public Report report() {
    var figures = new LinkedHashMap<String, Double>();
    figures.put("tokens", count);
    figures.put("nll", nll / count);
    figures.put("perplexity", Math.exp(nll / count));
    if (characters) figures.put("bits_per_character", nll / count / Math.log(2));
    return new Report(figures, characters ? "bits_per_character" : "perplexity", true);
  }
}
