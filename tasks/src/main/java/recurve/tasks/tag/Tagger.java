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
import recurve.cell.Init;
import recurve.cell.Layer;
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
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Session;
import recurve.tasks.Buckets;
import recurve.tasks.Embedding;
import recurve.tasks.Mean;
import recurve.tasks.Rows;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;
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
  static final String TAGS = "tags";
  static final String TARGETS = "targets";
  static final String SCORES = "scores";
  static final String TRANSITIONS = "transitions";

  /** The name of a tag that was not in the training text; its id is the first that is no tag's. */
  static final String UNSEEN = "<unseen>";

  static final Option<Boolean> PROBABILITIES =
      Option.of("probabilities", false, "predict: write the probability of each tag too");

  private final Options options;
  private final Vocabulary vocabulary;
  private final Vocabulary tags;
  private final Embedding embedding;
  private final Scheme scheme;
  private final Decoder decoder;

  Tagger(Options options, Vocabulary vocabulary, Vocabulary tags, Embedding embedding) {
    this.options = options;
    this.vocabulary = vocabulary;
    this.tags = tags;
    this.embedding = embedding;
    this.scheme = Scheme.of(options.get(Tagging.SCHEME), tags.words());
    Scheme kept = options.get(Tagging.CONSTRAINTS) ? scheme : Scheme.NONE;
    this.decoder = new Decoder(tags.words(), options.get(Tagging.HEAD), kept);
  }

  @Override
  public Map<String, List<String>> vocabularies() {
    var all = new LinkedHashMap<String, List<String>>();
    all.put(WORDS, vocabulary.words());
    all.put(TAGS, tags.words());
    return all;
  }

  @Override
  public Scope.Carry carry(Purpose purpose) {
    return Scope.Carry.FRESH;
  }

  @Override
  public Objective objective(Scope scope, Layer encoder) {
    Sequence e = scores(scope, encoder);
    Value targets = scope.input(TARGETS, DType.I32, Shape.of(Rows.TIME, Rows.BATCH));
    Value nll =
        switch (options.get(Tagging.HEAD)) {
          case SOFTMAX -> Ops.crossEntropy(e.values(), targets).total();
          case CRF -> {
            Crf crf = Crf.of(scope.in("crf"), tags.size());
            yield crf.logPartition(e).total().minus(crf.score(e, targets));
          }
        };
    Value count = e.lengths().orElseThrow().cast(scope.dtype()).total();
    Value loss = options.get(Mean.LOSS).of(nll, count, Ops.extent(scope.dtype(), Rows.BATCH));
    Objective objective = Objective.of(loss, nll, count);
    for (var output : outputs(scope, e).entrySet()) {
      objective = objective.with(output.getKey(), output.getValue());
    }
    return objective;
  }

  @Override
  public Map<String, Value> outputs(Scope scope, Layer encoder) {
    return outputs(scope, scores(scope, encoder));
  }

  /** Log-probabilities of a softmax; of a field its scores as they are, and its transitions. */
  private Map<String, Value> outputs(Scope scope, Sequence e) {
    var outputs = new LinkedHashMap<String, Value>();
    switch (options.get(Tagging.HEAD)) {
      case SOFTMAX -> outputs.put(SCORES, Ops.logSoftmax(e.values(), -1));
      case CRF -> {
        outputs.put(SCORES, e.values());
        outputs.put(TRANSITIONS, Crf.of(scope.in("crf"), tags.size()).stacked());
      }
    }
    return outputs;
  }

  /** [T, B, tags], not normalised. */
  private Sequence scores(Scope scope, Layer encoder) {
    Sequence h = encoder.apply(scope.in("encoder"), embedding.sequence(scope));
    Dim k = Dim.of(tags.size());
    Value w = scope.parameter("output.W", Init.WEIGHT, Shape.of(h.width(), k));
    Value b = scope.parameter("output.b", Init.BIAS, Shape.of(k));
    return h.with(h.values().matmul(w).plus(b));
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    List<Text> texts = read(corpus, purpose == Purpose.TRAIN);
    int rows = options.get(Batches.BATCH);
    Buckets buckets =
        purpose == Purpose.TRAIN
            ? Buckets.shuffled(texts.size(), i -> texts.get(i).ids.length, rows, order)
            : Buckets.sorted(texts.size(), i -> texts.get(i).ids.length, rows);
    return buckets.batches(places -> batch(Arrays.stream(places).mapToObj(texts::get).toList()));
  }

  /** A sentence as ids: of its words, and of its tags. */
  private record Text(int[] ids, int[] tags) {}

  private List<Text> read(Corpus corpus, boolean training) {
    var texts = new ArrayList<Text>();
    boolean[] known = {false};
    new Columns(options)
        .tagged(
            corpus,
            sentence -> {
              int[] ids = ids(sentence);
              known[0] |= sentence.words().stream().map(this::form).anyMatch(vocabulary::knows);
              texts.add(new Text(ids, tags(sentence, training)));
            });
    if (texts.isEmpty()) throw Texts.empty(corpus);
    if (!known[0]) throw Texts.unknown(corpus);
    return texts;
  }

  private String form(String word) {
    return Tagging.form(options, word);
  }

  private int[] ids(Columns.Sentence sentence) {
    return sentence.words().stream().map(this::form).mapToInt(vocabulary::id).toArray();
  }

  private int[] tags(Columns.Sentence sentence, boolean training) {
    int[] ids = new int[sentence.size()];
    for (int t = 0; t < ids.length; t++) {
      String tag = sentence.tags().get(t);
      if (tags.contains(tag)) {
        ids[t] = tags.id(tag);
      } else if (training || options.get(Tagging.UNSEEN) == Unseen.REFUSE) {
        throw sentence.problem(t, unseen(tag));
      } else {
        ids[t] = tags.size(); // no loss, and never right
      }
    }
    return ids;
  }

  private String unseen(String tag) {
    return "the tag '"
        + tag
        + "' was not in the training text; expected one of "
        + tags.listed()
        + ". Is "
        + Columns.TAG_COLUMN
        + " right? Set "
        + Tagging.UNSEEN
        + " to wrong to count it as wrong.";
  }

  private Batch batch(List<Text> texts) {
    int[][] ids = texts.stream().map(Text::ids).toArray(int[][]::new);
    int[][] targets = texts.stream().map(Text::tags).toArray(int[][]::new);
    var inputs = new LinkedHashMap<>(Rows.inputs(ids));
    inputs.put(TARGETS, Rows.padded(targets, Rows.NO_TARGET));
    return new Batch(inputs, true, Rows.count(ids));
  }

  @Override
  public Evaluation evaluation() {
    return new TagEvaluation(tags.words(), decoder, scheme != Scheme.NONE);
  }

  /** Each line of the input with its tag after it, and a blank line after each sentence. */
  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    var sentences = new ArrayList<Columns.Sentence>();
    new Columns(options).untagged(input, sentences::add);
    List<List<String>> written = new ArrayList<>(sentences.stream().map(s -> List.of("")).toList());
    int rows = options.get(Batches.BATCH);
    for (int[] places :
        Buckets.sorted(sentences.size(), i -> sentences.get(i).size(), rows).groups()) {
      int[][] ids =
          Arrays.stream(places).mapToObj(i -> ids(sentences.get(i))).toArray(int[][]::new);
      Map<String, Tensor> results = session.run(Rows.inputs(ids));
      Function<String, Tensor> outputs = name -> Objects.requireNonNull(results.get(name), name);
      int[] lengths = Arrays.stream(ids).mapToInt(r -> r.length).toArray();
      List<int[]> best = decoder.decode(outputs, lengths);
      List<double[][]> p =
          decoding.get(PROBABILITIES) ? decoder.marginals(outputs, lengths) : List.of();
      for (int b = 0; b < places.length; b++) {
        Optional<double[][]> own = p.isEmpty() ? Optional.empty() : Optional.of(p.get(b));
        written.set(places[b], lines(sentences.get(places[b]), best.get(b), own));
      }
    }
    return written.stream().flatMap(List::stream);
  }

  private List<String> lines(
      Columns.Sentence sentence, int[] best, Optional<double[][]> probabilities) {
    var lines = new ArrayList<String>();
    for (int t = 0; t < best.length; t++) {
      String line = sentence.lines().get(t);
      boolean spaces = line.indexOf('\t') < 0 && line.strip().indexOf(' ') >= 0;
      String separator = spaces ? " " : "\t";
      String tagged = line + separator + tags.word(best[t]);
      if (probabilities.isPresent()) {
        double p = probabilities.get()[t][best[t]];
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
    all.put("vocabulary", String.join("\n", vocabulary.words()));
    all.put(TAGS, String.join("\n", tags.words()));
    return all;
  }
}
