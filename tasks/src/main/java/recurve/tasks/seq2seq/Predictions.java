package recurve.tasks.seq2seq;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Corpus;
import recurve.task.Session;
import recurve.tasks.Texts;

/** Translations as lines of text, with scores and alignments where they are asked for. */
final class Predictions {
  static final Option<Boolean> SCORES =
      Option.of("scores", false, "predict: write the score after each hypothesis");
  static final Option<Boolean> ALIGNMENTS =
      Option.of("alignments", false, "predict: write where attention looked, as pairs 0-0 1-2");
  static final Option<Boolean> REPLACE_UNKNOWN =
      Option.of("replace_unknown", false, "predict: the attended source symbol in place of <unk>");
  static final Option<String> HEATMAP =
      Option.of("heatmap", "", "predict: file for a picture of attention, .svg or .png");

  private final Translator translator;
  private final Options options;
  private final Search search;

  Predictions(Translator translator, Session session, Options options) {
    this.translator = translator;
    this.options = options;
    this.search = new Search(translator, session, options);
    boolean looks =
        options.get(ALIGNMENTS) || options.get(REPLACE_UNKNOWN) || !options.get(HEATMAP).isEmpty();
    if (looks && !translator.attends()) {
      throw new OptionException(
          "alignments, replace_unknown and heatmap show where attention looked, and the model has"
              + " none: it was trained with attention none");
    }
  }

  static List<Option<?>> options() {
    var all = new ArrayList<>(Search.options());
    all.addAll(List.of(SCORES, ALIGNMENTS, REPLACE_UNKNOWN, HEATMAP));
    return all;
  }

  /** The sources of a text: a line each, up to a tab if there is one. */
  private static List<String> sources(Corpus input) {
    var lines = new ArrayList<String>();
    Texts.read(
        input,
        in -> {
          for (var line = in.next(); line.isPresent(); line = in.next()) {
            int tab = line.get().indexOf('\t');
            lines.add((tab < 0 ? line.get() : line.get().substring(0, tab)).strip());
          }
        });
    return lines;
  }

  /**
   * A line for each source; of several hypotheses each has its line, and a blank one follows them.
   * A blank source has a blank line.
   */
  Stream<String> lines(Corpus input) {
    List<String> texts = sources(input);
    List<Integer> places = new ArrayList<>();
    var symbols = new ArrayList<List<String>>();
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).isEmpty()) continue;
      places.add(i);
      symbols.add(translator.pairs().source(texts.get(i)));
    }
    int[][] ids = symbols.stream().map(translator::source).toArray(int[][]::new);
    List<List<Hypothesis>> found = search.all(ids, i -> Search.room(ids[i].length));
    List<List<String>> written = new ArrayList<>(texts.stream().map(t -> List.of("")).toList());
    var maps = new ArrayList<HeatMap>();
    for (int i = 0; i < ids.length; i++) {
      List<String> source = symbols.get(i);
      written.set(places.get(i), lines(source, found.get(i)));
      if (!options.get(HEATMAP).isEmpty()) maps.add(map(source, found.get(i).getFirst()));
    }
    if (!maps.isEmpty()) HeatMap.write(maps, Path.of(options.get(HEATMAP)));
    return written.stream().flatMap(List::stream);
  }

  private List<String> lines(List<String> source, List<Hypothesis> hypotheses) {
    var lines = new ArrayList<String>();
    for (Hypothesis h : hypotheses) {
      var line = new StringBuilder(translator.pairs().join(symbols(source, h)));
      if (options.get(SCORES)) {
        line.append('\t').append(format(search.score(h, source.size())));
      }
      if (options.get(ALIGNMENTS)) line.append('\t').append(pharaoh(source, h));
      lines.add(line.toString());
    }
    if (options.get(Search.NBEST) > 1) lines.add("");
    return lines;
  }

  private static String format(double score) {
    return String.format(Locale.ROOT, "%.4f", score);
  }

  /** The symbols before the end. */
  private List<String> symbols(List<String> source, Hypothesis h) {
    int[] ids = h.ids();
    float[][] attention = h.attention();
    var symbols = new ArrayList<String>();
    for (int t = 0; t < ids.length - 1; t++) {
      boolean copies = options.get(REPLACE_UNKNOWN) && translator.isUnknown(ids[t]);
      symbols.add(
          copies ? source.get(top(attention[t], source.size())) : translator.symbol(ids[t]));
    }
    return symbols;
  }

  /** Pairs {@code source-target} of places from 0, one for each symbol said. */
  private static String pharaoh(List<String> source, Hypothesis h) {
    float[][] attention = h.attention();
    var pairs = new ArrayList<String>();
    for (int t = 0; t < attention.length - 1; t++) {
      pairs.add(top(attention[t], source.size()) + "-" + t);
    }
    return String.join(" ", pairs);
  }

  private static int top(float[] weights, int places) {
    int top = 0;
    for (int s = 1; s < places; s++) if (weights[s] > weights[top]) top = s;
    return top;
  }

  private HeatMap map(List<String> source, Hypothesis h) {
    var said = new ArrayList<>(symbols(source, h));
    said.add(SequenceToSequence.END);
    return new HeatMap(source, said, h.attention());
  }
}
