package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import recurve.cell.Encoder;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Session;
import recurve.tasks.Example;
import recurve.tasks.Examples;
import recurve.tasks.Faults;
import recurve.tasks.Imported;
import recurve.tasks.Mean;
import recurve.tasks.Rows;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;
import recurve.tasks.Words;
import recurve.tasks.tag.Tagging.Unseen;

/**
 * Embedding, encoder, and over its states a softmax or a conditional random field.
 *
 * <pre>
 *   x_t = E[id_t]      h_t = encoder(x)_t      e_t = h_t W + b      p(y_t) = softmax(e_t), or {@link Crf}
 * </pre>
 */
final class Tagger implements Problem {
  static final String WORDS = "words";
  static final String SCORES = "scores";
  static final String TRANSITIONS = "transitions";
  static final String TAGS = "tags";
  private static final String SCHEME = "scheme";

  /** The name of a tag that was not in the training text; its id is the first that is no tag's. */
  static final String UNSEEN = "<unseen>";

  static final Option<Boolean> PROBABILITIES =
      Option.of("probabilities", false, "predict: write the probability of each tag too");
  static final Option<Integer> NBEST =
      Option.of("nbest", 1, "predict: how many readings of each sentence, with probabilities")
          .range(1, 10_000);

  private final Options options;
  private final Words words;
  private final Tags tags;
  private final Faults faults;
  private final Scheme kept;
  private final Decoder decoder;
  private final Optional<Imported> graph;

  /**
   * A tagger.
   *
   * @param graph from elsewhere, that makes the scores in place of embedding, encoder and output
   */
  Tagger(Options options, Words words, Tags tags, Faults faults, Optional<Imported> graph) {
    this.options = options;
    this.words = words;
    this.tags = tags;
    this.faults = faults;
    this.graph = graph;
    this.kept = options.get(Tagging.CONSTRAINTS) ? tags.learntScheme() : Scheme.NONE;
    this.decoder = new Decoder(tags.learnt().words(), options.get(Tagging.HEAD), kept);
  }

  @Override
  public Map<String, List<String>> vocabularies() {
    var all = new LinkedHashMap<>(words.vocabularies(WORDS));
    all.putAll(tags.vocabularies());
    return all;
  }

  @Override
  public Map<String, byte[]> files() {
    return graph.map(Imported::files).orElse(Map.of());
  }

  @Override
  public Scope.Carry carry(Purpose purpose) {
    return Scope.Carry.FRESH;
  }

  @Override
  public Objective objective(Scope scope, Encoder encoder) {
    Value lengths = scope.input(Rows.LENGTHS, DType.I32, Shape.of(Rows.BATCH));
    var e = new Sequence(scores(scope, encoder).values(), Optional.of(lengths));
    Value targets = scope.input(Example.TARGETS, DType.I32, Shape.of(Rows.TIME, Rows.BATCH));
    Value nll =
        switch (options.get(Tagging.HEAD)) {
          case SOFTMAX -> Ops.crossEntropy(e.values(), targets).total();
          case CRF -> {
            Crf crf = Crf.of(scope.in("crf"), tags.learnt().size());
            yield crf.logPartition(e).total().minus(crf.score(e, targets));
          }
        };
    Value count = lengths.cast(scope.dtype()).total();
    Value loss = options.get(Mean.LOSS).of(nll, count, Ops.extent(scope.dtype(), Rows.BATCH));
    Objective objective = Objective.of(loss, nll, count);
    for (var output : outputs(scope, e).entrySet()) {
      objective = objective.with(output.getKey(), output.getValue());
    }
    return objective;
  }

  @Override
  public Map<String, Value> outputs(Scope scope, Encoder encoder) {
    return outputs(scope, scores(scope, encoder));
  }

  /** Whole sentences give their tags too: other runtimes have no decoder of ours. */
  @Override
  public Map<String, Part> parts() {
    var parts = new LinkedHashMap<>(Problem.super.parts());
    parts.put(Part.PREDICT, new Part(Scope.Carry.FRESH, this::tagged));
    return parts;
  }

  private Map<String, Value> tagged(Scope scope, Encoder encoder) {
    Sequence e = scores(scope, encoder);
    Map<String, Value> outputs = outputs(scope, e);
    Value scores = Objects.requireNonNull(outputs.get(SCORES));
    outputs.put(TAGS, Viterbi.best(e.with(scores), links(scope, outputs)));
    return outputs;
  }

  /** The field's transitions, start and end, and what the scheme forbids; [K + 2, K]. */
  private Value links(Scope scope, Map<String, Value> outputs) {
    int k = tags.learnt().size();
    Shape shape = Shape.of(k + 2, k);
    Value field = outputs.getOrDefault(TRANSITIONS, Ops.constant(0, scope.dtype(), shape));
    if (kept == Scheme.NONE) return field;
    Tensor forbidden = Chain.free(k).within(kept, tags.learnt().words()).stacked();
    return field.plus(scope.parameter(SCHEME, new Init.Given(forbidden), shape));
  }

  /** Log-probabilities of a softmax; of a field its scores as they are, and its transitions. */
  private Map<String, Value> outputs(Scope scope, Sequence e) {
    var outputs = new LinkedHashMap<String, Value>();
    switch (options.get(Tagging.HEAD)) {
      case SOFTMAX -> outputs.put(SCORES, Ops.logSoftmax(e.values(), -1));
      case CRF -> {
        outputs.put(SCORES, e.values());
        outputs.put(TRANSITIONS, Crf.of(scope.in("crf"), tags.learnt().size()).stacked());
      }
    }
    return outputs;
  }

  /** [T, B, tags], not normalised. */
  private Sequence scores(Scope scope, Encoder encoder) {
    if (graph.isPresent()) {
      return new Sequence(graph.get().scores(scope), graph.get().lengths(scope));
    }
    Sequence h = encoder.apply(scope.in("encoder"), words.sequence(scope, encoder));
    Dim k = Dim.of(tags.learnt().size());
    Value w = scope.parameter("output.W", Init.WEIGHT, Shape.of(h.width(), k));
    Value b = scope.parameter("output.b", Init.BIAS, Shape.of(k));
    return h.with(h.values().matmul(w).plus(b));
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    return read(corpus, purpose)
        .batches(options, words, purpose, order, isPadded(), Tagger::targets);
  }

  private boolean isPadded() {
    return graph.map(Imported::takesLengths).orElse(true);
  }

  /** [T, B]. */
  private static Tensor targets(List<Example> examples) {
    int[][] rows = examples.stream().map(Example::targets).toArray(int[][]::new);
    return Rows.padded(rows, Rows.NO_TARGET);
  }

  private Examples read(Corpus corpus, Purpose purpose) {
    var examples = new Examples();
    Words.Reader reader = words.reader();
    new Columns(options, faults)
        .tagged(
            corpus,
            sentence ->
                examples.add(
                    new Example(
                        reader.read(sentence.words(), sentence.features()),
                        targets(sentence, purpose))));
    if (examples.size() == 0) throw Texts.empty(corpus);
    reader.refuseForeign(corpus);
    return examples;
  }

  private int[] targets(Columns.Sentence sentence, Purpose purpose) {
    boolean refuse = purpose == Purpose.TRAIN || options.get(Tagging.UNSEEN) == Unseen.REFUSE;
    for (int t = 0; t < sentence.size() && refuse; t++) {
      String tag = sentence.tags().get(t);
      if (!tags.text().contains(tag)) throw sentence.problem(t, unseen(tag));
    }
    // learnt is what keeps to the scheme; converted, other spans would be scored than the text's
    if (purpose == Purpose.TRAIN || tags.converts()) Tagging.check(sentence, tags.scheme());
    Vocabulary learnt = tags.learnt();
    return tags.toLearnt(sentence.tags()).stream()
        .mapToInt(tag -> learnt.contains(tag) ? learnt.id(tag) : learnt.size()) // no loss, no gain
        .toArray();
  }

  private String unseen(String tag) {
    return "the tag '"
        + tag
        + "' was not in the training text; expected one of "
        + tags.text().listed()
        + ". Is "
        + Columns.TAG_COLUMN
        + " right? Set "
        + Tagging.UNSEEN
        + " to wrong to count it as wrong.";
  }

  @Override
  public Evaluation evaluation() {
    return new TagEvaluation(tags, decoder);
  }

  /**
   * Each line of the input with its tag after it, and a blank line after each sentence. Of several
   * readings each stands after a line of its own, {@code # number probability}, as CRF++ has it.
   */
  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    var sentences = new ArrayList<Columns.Sentence>();
    var texts = new ArrayList<Words.Text>();
    Words.Reader reader = words.reader();
    new Columns(options, faults)
        .untagged(
            input,
            sentence -> {
              sentences.add(sentence);
              texts.add(reader.read(sentence.words(), sentence.features()));
            });
    if (!texts.isEmpty()) reader.warnOfForeign();
    List<List<String>> written =
        Example.answers(
            options,
            texts,
            isPadded(),
            places -> {
              Map<String, Tensor> all = words.inputs(Example.at(places, texts));
              Map<String, Tensor> results = session.run(graph.map(g -> g.inputs(all)).orElse(all));
              return lines(Example.at(places, sentences), results, decoding);
            });
    return written.stream().flatMap(List::stream);
  }

  /** The lines of each sentence of a batch. */
  private List<List<String>> lines(
      List<Columns.Sentence> sentences, Map<String, Tensor> results, Options decoding) {
    Function<String, Tensor> outputs = name -> Objects.requireNonNull(results.get(name), name);
    int[] lengths = sentences.stream().mapToInt(Columns.Sentence::size).toArray();
    int n = decoding.get(NBEST);
    List<List<Decoder.Reading>> best = decoder.decode(outputs, lengths, n);
    List<double[][]> marginals =
        decoding.get(PROBABILITIES) ? decoder.marginals(outputs, lengths) : List.of();
    var all = new ArrayList<List<String>>();
    for (int b = 0; b < lengths.length; b++) {
      var lines = new ArrayList<String>();
      for (int i = 0; i < best.get(b).size(); i++) {
        Decoder.Reading reading = best.get(b).get(i);
        if (n > 1) {
          lines.add(String.format(Locale.ROOT, "# %d %.6f", i + 1, reading.probability()));
        }
        Optional<double[][]> own =
            marginals.isEmpty() ? Optional.empty() : Optional.of(marginals.get(b));
        lines.addAll(lines(sentences.get(b), reading.tags(), own));
      }
      all.add(lines);
    }
    return all;
  }

  private List<String> lines(
      Columns.Sentence sentence, int[] best, Optional<double[][]> marginals) {
    List<String> text = tags.toText(Arrays.stream(best).mapToObj(tags.learnt()::word).toList());
    var lines = new ArrayList<String>();
    for (int t = 0; t < best.length; t++) {
      String line = sentence.lines().get(t);
      boolean spaces = line.indexOf('\t') < 0 && line.strip().indexOf(' ') >= 0;
      String separator = spaces ? " " : "\t";
      String tagged = line + separator + text.get(t);
      if (marginals.isPresent()) {
        double p = marginals.get()[t][best[t]];
        tagged += separator + String.format(Locale.ROOT, "%.4f", p);
      }
      lines.add(tagged);
    }
    lines.add("");
    return lines;
  }

  @Override
  public Map<String, String> metadata() {
    var all = new LinkedHashMap<String, String>();
    all.put("task", "tag");
    all.putAll(words.metadata());
    all.put("tags", String.join("\n", tags.learnt().words()));
    return all;
  }
}
