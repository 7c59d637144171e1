package recurve.tasks.seq2seq;

import java.util.LinkedHashMap;
import java.util.function.Function;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Report;
import recurve.tasks.Counts;
import recurve.tasks.Rows;

/** How probable the references are, and how like them is what the decoder says by itself. */
final class SpeechEvaluation implements Evaluation {
  private final Translator translator;
  private final Scores scores;
  private double nll;
  private double count;
  private double hits;

  SpeechEvaluation(Translator translator) {
    this.translator = translator;
    this.scores = translator.scores();
  }

  @Override
  public void add(Batch batch, Function<String, Tensor> figures) {
    nll += figures.apply(Objective.NLL).item();
    count += figures.apply(Objective.COUNT).item();
    hits += figures.apply(Translator.HITS).item();
    Tensor said = figures.apply(Translator.SAID); // [L, B]
    Tensor targets = batch.input(Translator.TARGETS); // [U, B]
    int rows = said.dim(1);
    for (int b = 0; b < rows; b++) {
      int[] ids = new int[said.dim(0)];
      for (int t = 0; t < ids.length; t++) ids[t] = said.ints()[t * rows + b];
      int reference = -1; // its end is no symbol
      for (int t = 0; t < targets.dim(0); t++) {
        if (targets.ints()[t * rows + b] != Rows.NO_TARGET) reference++;
      }
      var symbols = translator.symbols(ids, Translator.room(reference));
      scores.add(symbols, batch.references().get(b));
    }
  }

  @Override
  public Report report() {
    var figures = new LinkedHashMap<String, Double>();
    figures.put("tokens", count);
    figures.put("nll", nll / count);
    figures.put("perplexity", Math.exp(nll / count));
    figures.put("token_accuracy", Counts.percent(Math.round(hits), Math.round(count)));
    return scores.report(figures);
  }
}
