package recurve.tasks.lm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import recurve.cell.Encoder;
import recurve.cell.Init;
import recurve.cell.Layer;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Session;
import recurve.tasks.Buckets;
import recurve.tasks.Embedding;
import recurve.tasks.Ids;
import recurve.tasks.Imported;
import recurve.tasks.Mean;
import recurve.tasks.Rows;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;
import recurve.tasks.lm.LanguageModeling.Reading;

/**
 * Embedding, encoder, softmax over the vocabulary.
 *
 * <pre>
 *   x_t = E[id_t]      h_t = encoder(x)_t      p(id_{t+1} = v) = softmax(h_t W + b)_v
 * </pre>
 *
 * With {@code tie}, W is the transpose of E; where the widths differ, h is projected first.
 */
final class LanguageModel implements Problem {
  static final String SYMBOLS = "symbols";
  static final String TARGETS = "targets";
  static final String LOG_PROBABILITIES = "log_probabilities";

  private final Options options;
  private final Vocabulary vocabulary;
  private final Symbols symbols;
  private final Embedding embedding;
  private final Optional<Imported> graph;

  /**
   * A language model.
   *
   * @param graph from elsewhere, that makes the scores in place of everything before them
   */
  LanguageModel(
      Options options, Vocabulary vocabulary, Embedding embedding, Optional<Imported> graph) {
    this.options = options;
    this.vocabulary = vocabulary;
    this.symbols = Symbols.of(options);
    this.embedding = embedding;
    this.graph = graph;
  }

  @Override
  public Map<String, byte[]> files() {
    return graph.map(Imported::files).orElse(Map.of());
  }

  @Override
  public Map<String, List<String>> vocabularies() {
    return Map.of(SYMBOLS, vocabulary.words());
  }

  private boolean isStream() {
    return options.get(LanguageModeling.READING) == Reading.STREAM;
  }

  @Override
  public Scope.Carry carry(Purpose purpose) {
    // new text goes on from what was read, whatever the model was trained on
    boolean goesOn = isStream() || purpose == Purpose.PREDICT;
    return goesOn ? Scope.Carry.CARRIED : Scope.Carry.FRESH;
  }

  @Override
  public Objective objective(Scope scope, Encoder encoder) {
    Optional<Value> lengths =
        isStream()
            ? Optional.empty()
            : Optional.of(scope.input(Rows.LENGTHS, DType.I32, Shape.of(Rows.BATCH)));
    Value scores = scores(scope, encoder, lengths);
    Value targets = scope.input(TARGETS, DType.I32, Shape.of(Rows.TIME, Rows.BATCH));
    Value nll = Ops.crossEntropy(scores, targets).total();
    Value alive = targets.less(0).where(one(scope, 0), one(scope, 1));
    Value count = alive.total();
    Value loss = options.get(Mean.LOSS).of(nll, count, Ops.extent(scope.dtype(), Rows.BATCH));
    return Objective.of(loss, nll, count);
  }

  private static Value one(Scope scope, double number) {
    return Ops.constant(number, scope.dtype(), Shape.SCALAR);
  }

  @Override
  public Map<String, Value> outputs(Scope scope, Encoder encoder) {
    Value scores = scores(scope, encoder, Optional.empty());
    return Map.of(LOG_PROBABILITIES, Ops.logSoftmax(scores, -1));
  }

  /** [T, B, V], not normalised. */
  private Value scores(Scope scope, Encoder encoder, Optional<Value> lengths) {
    // a row's end needs no telling to a graph that reads forward: what follows it is not asked for
    if (graph.isPresent()) return graph.get().scores(scope);
    Value ids = scope.input(Rows.IDS, DType.I32, Shape.of(Rows.TIME, Rows.BATCH));
    Value table = embedding.table(scope);
    var x = new Sequence(table.gather(ids), lengths);
    Sequence h = encoder.apply(scope.in("encoder"), x);
    Dim v = Dim.of(vocabulary.size());
    Value product;
    if (options.get(LanguageModeling.TIE)) {
      boolean fits = h.width().equals(table.dim(1));
      int width = Math.toIntExact(table.dim(1).number());
      Sequence y = fits ? h : Layer.projection("projection", width).apply(scope, h);
      product = y.values().matmul(table.t());
    } else {
      Value w = scope.parameter("output.W", Init.WEIGHT, Shape.of(h.width(), v));
      product = h.values().matmul(w);
    }
    return product.plus(scope.parameter("output.b", Init.BIAS, Shape.of(v)));
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    boolean training = purpose == Purpose.TRAIN;
    if (!isStream()) {
      Sentences sentences = Sentences.read(symbols, vocabulary, corpus);
      var most = Buckets.Most.of(options);
      return training ? sentences.shuffled(most, order) : sentences.inOrder(most);
    }
    int streams =
        training ? options.get(Batches.BATCH) : options.get(LanguageModeling.EVALUATION_STREAMS);
    return new Streams(ids(corpus), streams, options.get(LanguageModeling.BPTT), eos());
  }

  private Ids ids(Corpus corpus) {
    var ids = new Ids();
    int[] known = {0};
    Texts.lines(
        corpus,
        line -> {
          for (String s : symbols.split(line)) {
            if (vocabulary.knows(s)) known[0]++;
            ids.add(vocabulary.id(s));
          }
          ids.add(eos());
        });
    if (ids.size() == 0) throw Texts.empty(corpus);
    if (known[0] == 0) throw Texts.unknown(corpus);
    return ids;
  }

  private int eos() {
    return vocabulary.id(Vocabulary.EOS);
  }

  @Override
  public Evaluation evaluation() {
    return new Perplexity(symbols == Symbols.CHARACTERS);
  }

  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    return new Decoding(vocabulary, symbols, session, decoding).predict(input);
  }

  @Override
  public Stream<String> generate(Session session, String prompt, Options decoding) {
    if (graph.isPresent() && !graph.get().carries()) {
      throw new OptionException(
          "the model's graph takes no states, so that it forgets each symbol with the next; export"
              + " it with its states as inputs and outputs");
    }
    return new Decoding(vocabulary, symbols, session, decoding).generate(prompt);
  }

  @Override
  public Map<String, String> metadata() {
    var all = new LinkedHashMap<String, String>();
    all.put("task", "lm");
    all.put("level", Symbols.LEVEL.format(options.get(Symbols.LEVEL)));
    all.put("vocabulary", String.join("\n", vocabulary.words()));
    return all;
  }
}
