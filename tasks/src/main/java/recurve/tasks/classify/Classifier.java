package recurve.tasks.classify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import recurve.cell.Encoder;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Report;
import recurve.task.Session;
import recurve.tasks.Example;
import recurve.tasks.Examples;
import recurve.tasks.Faults;
import recurve.tasks.Imported;
import recurve.tasks.Rows;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;
import recurve.tasks.Words;

/**
 * Embedding, encoder, pooling, perceptron, softmax or sigmoids over the labels.
 *
 * <pre>
 *   x_t = E[id_t]    h_1 .. h_T = encoder(x)    z = head(pool(h_1 .. h_T))    p = softmax(z) or σ(z)
 * </pre>
 */
final class Classifier implements Problem {
  static final String SYMBOLS = "symbols";
  static final String LABELS = "labels";
  static final String PROBABILITIES = "probabilities";

  private final Options options;
  private final Words words;
  private final Vocabulary labels;
  private final Optional<Tensor> balance;
  private final Faults faults;
  private final Optional<Imported> graph;

  /**
   * A classifier.
   *
   * @param balance the weights of the labels by the training text; a saved model has them among its
   *     weights
   * @param graph from elsewhere, that makes the scores in place of everything before them
   */
  Classifier(
      Options options,
      Words words,
      Vocabulary labels,
      Optional<Tensor> balance,
      Faults faults,
      Optional<Imported> graph) {
    this.options = options;
    this.words = words;
    this.labels = labels;
    this.balance = balance;
    this.faults = faults;
    this.graph = graph;
  }

  @Override
  public Map<String, List<String>> vocabularies() {
    var all = new LinkedHashMap<>(words.vocabularies(SYMBOLS));
    all.put(LABELS, labels.words());
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
    scope.input(Rows.LENGTHS, DType.I32, Shape.of(Rows.BATCH)); // batches hold them, read or not
    Value scores = scores(scope, encoder);
    Loss loss =
        switch (options.get(Classification.LABELS)) {
          case ONE -> oneLabel(scope, scores);
          case SEVERAL -> severalLabels(scope, scores);
        };
    Value count = Ops.extent(scope.dtype(), Rows.BATCH);
    return Objective.of(loss.weighted().total().over(count), loss.nll().total(), count)
        .with(PROBABILITIES, probabilities(scores));
  }

  /** What is minimised, and the negative log-probabilities, of each text or of each label. */
  private record Loss(Value weighted, Value nll) {}

  private Loss oneLabel(Scope scope, Value scores) {
    Value targets = scope.input(Example.TARGETS, DType.I32, Shape.of(Rows.BATCH));
    Value nll = Ops.crossEntropy(scores, targets);
    // the weights' mean is one over the text; a mean by the weights of each batch would be biased
    return new Loss(
        ClassWeights.differ(options) ? weights(scope).gather(targets).times(nll) : nll, nll);
  }

  /**
   * {@code -y log σ(z) - (1 - y) log(1 - σ(z))} for each label, in the form that never overflows.
   */
  private Loss severalLabels(Scope scope, Value scores) {
    Value y = scope.input(Example.TARGETS, DType.I32, scores.shape()).cast(scope.dtype());
    Value positive = softplus(scores.neg()).times(y);
    Value negative = softplus(scores).times(y.oneMinus());
    Value nll = positive.plus(negative);
    return new Loss(
        ClassWeights.differ(options) ? positive.times(weights(scope)).plus(negative) : nll, nll);
  }

  /** {@code log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|))}. */
  private static Value softplus(Value z) {
    return z.max(0).plus(Ops.log(Ops.exp(z.min(z.neg())).plus(1)));
  }

  private Value weights(Scope scope) {
    Init init = balance.<Init>map(Init.Given::new).orElse(new Init.Constant(1));
    return scope.parameter("balance.w", init, Shape.of(labels.size()), false);
  }

  @Override
  public Map<String, Value> outputs(Scope scope, Encoder encoder) {
    return Map.of(PROBABILITIES, probabilities(scores(scope, encoder)));
  }

  private Value probabilities(Value scores) {
    return switch (options.get(Classification.LABELS)) {
      case ONE -> Ops.softmax(scores, -1);
      case SEVERAL -> Ops.sigmoid(scores);
    };
  }

  /** [B, labels], not normalised. */
  private Value scores(Scope scope, Encoder encoder) {
    if (graph.isPresent()) return graph.get().scores(scope);
    Sequence h = encoder.apply(scope.in("encoder"), words.sequence(scope, encoder));
    Value pooled = options.get(Classification.POOLING).pool(scope, options, h);
    return Head.scores(scope, options, pooled, labels.size());
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    return read(corpus).batches(options, words, purpose, order, isPadded(), this::targets);
  }

  private boolean isPadded() {
    return graph.map(Imported::takesLengths).orElse(true);
  }

  private Examples read(Corpus corpus) {
    var examples = new Examples();
    Words.Reader reader = words.reader();
    new Table(options, faults)
        .labelled(
            corpus,
            row -> {
              for (String label : row.labels()) {
                if (!labels.contains(label)) throw unseen(row, label);
              }
              int[] own = row.labels().stream().mapToInt(labels::id).toArray();
              examples.add(new Example(reader.read(row.symbols()), own));
            });
    if (examples.size() == 0) throw Texts.empty(corpus);
    reader.refuseForeign(corpus);
    return examples;
  }

  private RuntimeException unseen(Table.Entry entry, String label) {
    return entry
        .row()
        .problem(
            "the label '"
                + label
                + "' was not in the training text; expected one of "
                + labels.listed()
                + ". Is "
                + Table.LABEL_COLUMN
                + " the right column?");
  }

  private Tensor targets(List<Example> examples) {
    return switch (options.get(Classification.LABELS)) {
      case ONE ->
          Tensor.of(examples.stream().mapToInt(e -> e.targets()[0]).toArray(), examples.size());
      case SEVERAL -> marked(examples);
    };
  }

  /** [B, labels]: one where a text has the label. */
  private Tensor marked(List<Example> examples) {
    int[] marks = new int[examples.size() * labels.size()];
    for (int b = 0; b < examples.size(); b++) {
      for (int label : examples.get(b).targets()) marks[b * labels.size() + label] = 1;
    }
    return Tensor.of(marks, examples.size(), labels.size());
  }

  @Override
  public Evaluation evaluation() {
    return switch (options.get(Classification.LABELS)) {
      case ONE -> new OneLabelEvaluation(labels.words());
      case SEVERAL ->
          new SeveralLabelsEvaluation(
              labels.words(),
              options.get(Classification.THRESHOLD),
              Classification.choosesThreshold(options));
    };
  }

  @Override
  public Map<String, String> settle(Report validation) {
    if (!Classification.choosesThreshold(options)) return Map.of();
    double best = validation.get(SeveralLabelsEvaluation.BEST_THRESHOLD);
    return Map.of(Classification.THRESHOLD.name(), Double.toString(best));
  }

  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    var texts = new ArrayList<Words.Text>();
    Words.Reader reader = words.reader();
    new Table(options, faults).unlabelled(input, row -> texts.add(reader.read(row.symbols())));
    if (!texts.isEmpty()) reader.warnOfForeign();
    var labelling = new Labelling(labels, options, decoding);
    List<String> lines =
        Example.answers(
            options,
            texts,
            isPadded(),
            places -> {
              Map<String, Tensor> all = words.inputs(Example.at(places, texts));
              Map<String, Tensor> inputs = graph.map(g -> g.inputs(all)).orElse(all);
              Tensor p = Objects.requireNonNull(session.run(inputs).get(PROBABILITIES));
              return IntStream.range(0, places.length).mapToObj(b -> labelling.line(p, b)).toList();
            });
    return lines.stream();
  }

  @Override
  public Map<String, String> metadata() {
    var all = new LinkedHashMap<String, String>();
    all.put("task", "classify");
    all.put("level", Symbols.LEVEL.format(options.get(Symbols.LEVEL)));
    all.putAll(words.metadata());
    all.put(LABELS, String.join("\n", labels.words()));
    return all;
  }
}
