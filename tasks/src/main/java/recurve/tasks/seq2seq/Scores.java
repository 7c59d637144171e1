package recurve.tasks.seq2seq;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import recurve.option.Option;
import recurve.task.Report;
import recurve.tasks.Counts;
import recurve.tasks.EditDistance;

/** Compares what was said with references; all figures but perplexity in percent. */
final class Scores {
  /** The figure that the best epoch is chosen by. */
  enum Figure {
    PERPLEXITY(true),
    TOKEN_ACCURACY(false),
    BLEU(false),
    CHRF(false),
    EXACT_MATCH(false),
    SYMBOL_ERROR_RATE(true);

    private final boolean lowerIsBetter;

    Figure(boolean lowerIsBetter) {
      this.lowerIsBetter = lowerIsBetter;
    }

    private String title() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final Option<Figure> SELECT =
      Option.of("select", Figure.PERPLEXITY, "the figure that the best epoch is chosen by");

  private final Pairs pairs;
  private final Figure selected;
  private final Bleu bleu = new Bleu();
  private final Chrf chrf = new Chrf();
  private long sentences;
  private long exact;
  private long edits;
  private long symbols;

  Scores(Pairs pairs, Figure selected) {
    this.pairs = pairs;
    this.selected = selected;
  }

  /** Takes in what was said of one source, and the text that it should be. */
  void add(List<String> said, String reference) {
    List<String> right = pairs.target(reference);
    String text = pairs.join(said);
    sentences++;
    if (said.equals(right)) exact++;
    edits += EditDistance.of(said, right);
    symbols += right.size();
    bleu.add(text, reference);
    chrf.add(text, reference);
  }

  /** The figures alone. */
  Report report() {
    return report(Map.of());
  }

  /** The figures after others. */
  Report report(Map<String, Double> others) {
    var figures = new LinkedHashMap<String, Double>();
    figures.put("sentences", (double) sentences);
    figures.putAll(others);
    figures.put(Figure.BLEU.title(), bleu.score());
    figures.put(Figure.CHRF.title(), chrf.score());
    figures.put(Figure.EXACT_MATCH.title(), Counts.percent(exact, sentences));
    figures.put(Figure.SYMBOL_ERROR_RATE.title(), Counts.percent(edits, symbols));
    figures.put("sequence_error_rate", Counts.percent(sentences - exact, sentences));
    Figure by = figures.containsKey(selected.title()) ? selected : Figure.EXACT_MATCH;
    return new Report(figures, by.title(), by.lowerIsBetter, List.of(bleu.table(), chrf.table()));
  }
}
