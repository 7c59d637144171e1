package recurve.tasks.classify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import recurve.cell.Init;
import recurve.cell.Layer;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Options;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Session;
import recurve.tasks.Buckets;
import recurve.tasks.Embedding;
import recurve.tasks.Rows;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;
import recurve.tasks.classify.Classification.Weights;

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
  static final String TARGETS = "targets";
  static final String PROBABILITIES = "probabilities";

  private final Options options;
  private final Vocabulary vocabulary;
  private final Vocabulary labels;
  private final Embedding embedding;
  private final Optional<Tensor> balance;

  /**
   * A classifier.
   *
   * @param balance the weights of the labels by the training text; a saved model has them among its
   *     weights
   */
  Classifier(
      Options options,
      Vocabulary vocabulary,
      Vocabulary labels,
      Embedding embedding,
      Optional<Tensor> balance) {
    this.options = options;
    this.vocabulary = vocabulary;
    this.labels = labels;
    this.embedding = embedding;
    this.balance = balance;
  }

  @Override
  public Map<String, List<String>> vocabularies() {
    var all = new LinkedHashMap<String, List<String>>();
    all.put(SYMBOLS, vocabulary.words());
    all.put(LABELS, labels.words());
    return all;
  }

  @Override
  public Scope.Carry carry(Purpose purpose) {
    return Scope.Carry.FRESH;
  }

  @Override
  public Objective objective(Scope scope, Layer encoder) {
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
    Value targets = scope.input(TARGETS, DType.I32, Shape.of(Rows.BATCH));
    Value nll = Ops.crossEntropy(scores, targets);
    // the weights' mean is one over the text; a mean by the weights of each batch would be biased
    return new Loss(isBalanced() ? weights(scope).gather(targets).times(nll) : nll, nll);
  }

  /**
   * {@code -y log σ(z) - (1 - y) log(1 - σ(z))} for each label, in the form that never overflows.
   */
  private Loss severalLabels(Scope scope, Value scores) {
    Value y = scope.input(TARGETS, DType.I32, scores.shape()).cast(scope.dtype());
    Value positive = softplus(scores.neg()).times(y);
    Value negative = softplus(scores).times(y.oneMinus());
    Value nll = positive.plus(negative);
    return new Loss(isBalanced() ? positive.times(weights(scope)).plus(negative) : nll, nll);
  }

  /** {@code log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|))}. */
  private static Value softplus(Value z) {
    return z.max(0).plus(Ops.log(Ops.exp(z.min(z.neg())).plus(1)));
  }

  private boolean isBalanced() {
    return options.get(Classification.CLASS_WEIGHTS) == Weights.BALANCED;
  }

  private Value weights(Scope scope) {
    Init init = balance.<Init>map(Init.Given::new).orElse(new Init.Constant(1));
    return scope.parameter("balance.w", init, Shape.of(labels.size()), false);
  }

  @Override
  public Map<String, Value> outputs(Scope scope, Layer encoder) {
    return Map.of(PROBABILITIES, probabilities(scores(scope, encoder)));
  }

  private Value probabilities(Value scores) {
    return switch (options.get(Classification.LABELS)) {
      case ONE -> Ops.softmax(scores, -1);
      case SEVERAL -> Ops.sigmoid(scores);
    };
  }

  /** [B, labels], not normalised. */
  private Value scores(Scope scope, Layer encoder) {
    Sequence h = encoder.apply(scope.in("encoder"), embedding.sequence(scope));
    Value pooled = options.get(Classification.POOLING).pool(scope, options, h);
    return Head.scores(scope, options, pooled, labels.size());
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    List<Text> texts = read(corpus);
    int rows = options.get(Batches.BATCH);
    Buckets buckets =
        purpose == Purpose.TRAIN
            ? Buckets.shuffled(texts.size(), i -> texts.get(i).ids.length, rows, order)
            : Buckets.sorted(texts.size(), i -> texts.get(i).ids.length, rows);
    return buckets.batches(places -> batch(Arrays.stream(places).mapToObj(texts::get).toList()));
  }

  /** A text as ids: of its symbols, and of its labels. */
  private record Text(int[] ids, int[] labels) {}

  private List<Text> read(Corpus corpus) {
    var texts = new ArrayList<Text>();
    boolean[] known = {false};
    new Examples(options)
        .labelled(
            corpus,
            example -> {
              for (String label : example.labels()) {
                if (!labels.contains(label)) throw unseen(example, label);
              }
              known[0] |= example.symbols().stream().anyMatch(vocabulary::knows);
              int[] own = example.labels().stream().mapToInt(labels::id).toArray();
              texts.add(new Text(ids(example), own));
            });
    if (texts.isEmpty()) throw Texts.empty(corpus);
    if (!known[0]) throw Texts.unknown(corpus);
    return texts;
  }

  private RuntimeException unseen(Examples.Example example, String label) {
    return example
        .row()
        .problem(
            "the label '"
                + label
                + "' was not in the training text; expected one of "
                + labels.listed()
                + ". Is "
                + Examples.LABEL_COLUMN
                + " the right column?");
  }

  private int[] ids(Examples.Example example) {
    return example.symbols().stream().mapToInt(vocabulary::id).toArray();
  }

  private Batch batch(List<Text> texts) {
    int[][] rows = texts.stream().map(Text::ids).toArray(int[][]::new);
    Tensor targets =
        switch (options.get(Classification.LABELS)) {
          case ONE -> Tensor.of(texts.stream().mapToInt(t -> t.labels[0]).toArray(), rows.length);
          case SEVERAL -> marked(texts);
        };
    var inputs = new LinkedHashMap<>(Rows.inputs(rows));
    inputs.put(TARGETS, targets);
    return new Batch(inputs, true, Rows.count(rows));
  }

  /** [B, labels]: one where a text has the label. */
  private Tensor marked(List<Text> texts) {
    int[] marks = new int[texts.size() * labels.size()];
    for (int b = 0; b < texts.size(); b++) {
      for (int label : texts.get(b).labels) marks[b * labels.size() + label] = 1;
    }
    return Tensor.of(marks, texts.size(), labels.size());
  }

  @Override
  public Evaluation evaluation() {
    return switch (options.get(Classification.LABELS)) {
      case ONE -> new OneLabelEvaluation(labels.words());
      case SEVERAL ->
          new SeveralLabelsEvaluation(labels.words(), options.get(Classification.THRESHOLD));
    };
  }

  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    var rows = new ArrayList<int[]>();
    new Examples(options).unlabelled(input, example -> rows.add(ids(example)));
    var labelling = new Labelling(labels, options, decoding);
    String[] lines = new String[rows.size()];
    var buckets = Buckets.sorted(rows.size(), i -> rows.get(i).length, options.get(Batches.BATCH));
    for (int[] places : buckets.groups()) {
      int[][] group = Arrays.stream(places).mapToObj(rows::get).toArray(int[][]::new);
      Tensor p = Objects.requireNonNull(session.run(Rows.inputs(group)).get(PROBABILITIES));
      for (int b = 0; b < places.length; b++) lines[places[b]] = labelling.line(p, b);
    }
    return Arrays.stream(lines);
  }

  @Override
  public Map<String, String> metadata() {
    var all = new LinkedHashMap<String, String>();
    all.put("task", "classify");
    all.put("level", Symbols.LEVEL.format(options.get(Symbols.LEVEL)));
    all.put("vocabulary", String.join("\n", vocabulary.words()));
    all.put(LABELS, String.join("\n", labels.words()));
    return all;
  }
}
