package recurve.tasks.lm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import recurve.ir.Tensor;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Corpus;
import recurve.task.Session;
import recurve.tasks.Rows;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;

/** Reads a language model: what comes next, how likely a text is, and new text. */
final class Decoding {
  /** What {@code predict} shows of a line. */
  enum Show {
    /** The most probable next symbols. */
    NEXT,
    /** Each symbol with its probability. */
    PROBABILITIES
  }

  static final Option<Show> SHOW =
      Option.of("show", Show.NEXT, "predict: what comes next, or how probable each symbol is");
  static final Option<Integer> TOP =
      Option.of("top", 10, "predict: how many next symbols to show").range(1, 100_000);
  static final Option<Integer> TOKENS =
      Option.of("tokens", 100, "generate: most symbols to make").range(1, 10_000_000);
  static final Option<Boolean> UNTIL_EOS =
      Option.of("until_eos", false, "generate: stop at the end of the sentence");
  static final Option<Double> TEMPERATURE =
      Option.of("temperature", 1.0, "generate: below 1 is bolder, 0 always takes the likeliest")
          .range(0, 100);
  static final Option<Integer> TOP_K =
      Option.of("top_k", 0, "generate: draw among so many likeliest; 0 is all").atLeast(0);
  static final Option<Double> TOP_P =
      Option.of("top_p", 1.0, "generate: draw among the likeliest that have this probability")
          .range(0, 1);
  static final Option<Boolean> ALLOW_UNKNOWN =
      Option.of("allow_unknown", false, "generate: let <unk> be drawn");
  static final Option<Long> SEED = Option.of("seed", 1L, "generate: what the draws depend on");

  static final List<Option<?>> OPTIONS =
      List.of(SHOW, TOP, TOKENS, UNTIL_EOS, TEMPERATURE, TOP_K, TOP_P, ALLOW_UNKNOWN, SEED);

  private final Vocabulary vocabulary;
  private final Symbols symbols;
  private final Session session;
  private final Options options;

  Decoding(Vocabulary vocabulary, Symbols symbols, Session session, Options options) {
    this.vocabulary = vocabulary;
    this.symbols = symbols;
    this.session = session;
    this.options = options;
  }

  Stream<String> predict(Corpus input) {
    var lines = new ArrayList<String>();
    Texts.lines(
        input,
        line -> {
          session.restart();
          List<String> context = symbols.split(line);
          lines.addAll(
              switch (options.get(SHOW)) {
                case NEXT -> next(context);
                case PROBABILITIES -> probabilities(context);
              });
          lines.add("");
        });
    return lines.stream();
  }

  /** {@code symbol TAB probability}, the likeliest first. */
  private List<String> next(List<String> context) {
    double[] p = last(feed(withStart(context)));
    return ranked(p)
        .limit(options.get(TOP))
        .mapToObj(i -> row(vocabulary.word(i), Math.exp(p[i])))
        .toList();
  }

  /** {@code symbol TAB probability} for each, its end included, then the perplexity. */
  private List<String> probabilities(List<String> sentence) {
    Tensor all = feed(withStart(sentence));
    var rows = new ArrayList<String>();
    double nll = 0;
    for (int t = 0; t <= sentence.size(); t++) {
      String symbol = t < sentence.size() ? sentence.get(t) : Vocabulary.EOS;
      double logp = all.at(t * vocabulary.size() + vocabulary.id(symbol));
      nll -= logp;
      rows.add(row(vocabulary.contains(symbol) ? symbol : symbol + " (unknown)", Math.exp(logp)));
    }
    double perplexity = Math.exp(nll / (sentence.size() + 1));
    rows.add(String.format(Locale.ROOT, "# perplexity\t%.4f", perplexity));
    return rows;
  }

  private static String row(String symbol, double probability) {
    return String.format(Locale.ROOT, "%s\t%.6g", symbol, probability);
  }

  /** Pieces of text as they are drawn, spaces and line ends included; the prompt first. */
  Stream<String> generate(String prompt) {
    List<String> start = prompt.isBlank() ? List.of() : symbols.split(prompt);
    session.restart();
    Tensor first = feed(withStart(start));
    var walk = new Walk(start, last(first));
    return Stream.concat(
        Stream.of(symbols.join(start)), Stream.generate(walk::piece).takeWhile(s -> !s.isEmpty()));
  }

  /** The state of one generation. */
  private final class Walk {
    private final SplittableRandom random = new SplittableRandom(options.get(SEED));
    private boolean atStart;
    private double[] logp;
    private int made;
    private boolean over;

    Walk(List<String> start, double[] logp) {
      this.atStart = start.isEmpty();
      this.logp = logp;
    }

    /** The next piece; empty at the end. */
    String piece() {
      if (over || made == options.get(TOKENS)) return "";
      int id = draw(logp, random);
      made++;
      String symbol = vocabulary.word(id);
      boolean end = symbol.equals(Vocabulary.EOS);
      over = end && options.get(UNTIL_EOS);
      if (!over && made < options.get(TOKENS)) logp = last(feed(new int[] {id}));
      String piece = end ? "\n" : symbols.joint(atStart) + symbol;
      atStart = end;
      return piece;
    }
  }

  private int[] withStart(List<String> context) {
    int[] ids = new int[context.size() + 1];
    ids[0] = vocabulary.id(Vocabulary.EOS);
    for (int i = 0; i < context.size(); i++) ids[i + 1] = vocabulary.id(context.get(i));
    return ids;
  }

  /** [T, 1, V] for one row of ids; the session's state goes on. */
  private Tensor feed(int[] ids) {
    Tensor x = Tensor.of(ids, ids.length, 1);
    Tensor y = session.run(Map.of(Rows.IDS, x)).get(LanguageModel.LOG_PROBABILITIES);
    return java.util.Objects.requireNonNull(y, LanguageModel.LOG_PROBABILITIES);
  }

  private double[] last(Tensor all) {
    int v = vocabulary.size(), from = (all.dim(0) - 1) * v;
    return IntStream.range(0, v).mapToDouble(i -> all.at(from + i)).toArray();
  }

  /** All ids, the likeliest first. */
  private static IntStream ranked(double[] logp) {
    // as whole numbers, which sort many times as fast as objects: below a probability its id
    long[] keys = new long[logp.length];
    for (int i = 0; i < keys.length; i++) keys[i] = (long) ascending((float) -logp[i]) << 32 | i;
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(key -> (int) key);
  }

  /** A whole number that is less for a float that is less. */
  private static int ascending(float f) {
    int bits = Float.floatToIntBits(f);
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }

  /** Draws an id: temperature first, then the k likeliest, then the p most probable mass. */
  private int draw(double[] logp, SplittableRandom random) {
    double temperature = options.get(TEMPERATURE);
    int unknown = options.get(ALLOW_UNKNOWN) ? -1 : vocabulary.id(Vocabulary.UNKNOWN);
    int[] order = ranked(logp).filter(i -> i != unknown).toArray();
    if (temperature == 0) return order[0];
    int k = options.get(TOP_K) == 0 ? order.length : Math.min(options.get(TOP_K), order.length);
    double[] weight = new double[k];
    double sum = 0;
    for (int i = 0; i < k; i++) {
      weight[i] = Math.exp((logp[order[i]] - logp[order[0]]) / temperature);
      sum += weight[i];
    }
    int kept = 0;
    double mass = 0;
    while (kept < k && (kept == 0 || mass < options.get(TOP_P) * sum)) mass += weight[kept++];
    double u = random.nextDouble() * mass;
    for (int i = 0; i < kept; i++) {
      u -= weight[i];
      if (u < 0) return order[i];
    }
    return order[kept - 1];
  }
}
