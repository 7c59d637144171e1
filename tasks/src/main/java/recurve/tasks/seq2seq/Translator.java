package recurve.tasks.seq2seq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import recurve.cell.Encoder;
import recurve.cell.Scope;
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
import recurve.task.Report;
import recurve.task.Session;
import recurve.tasks.Buckets;
import recurve.tasks.Choice;
import recurve.tasks.Embedding;
import recurve.tasks.IdRows;
import recurve.tasks.Mean;
import recurve.tasks.Rows;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;

/** Pairs of sequences as batches, the {@link Network} over them, and its loss. */
final class Translator implements Problem {
  static final String SOURCE = "source";
  static final String TARGET = "target";
  static final String TARGETS = "targets";
  static final String LOG_PROBABILITIES = "log_probabilities";
  static final String ALIGNMENT = "alignment";

  /** A graph of the encoder alone, and one of a step of the decoder. */
  static final String ENCODER = "encoder", DECODER_STEP = "decoder-step", GREEDY = "greedy";

  /** Figures of an evaluation: how many symbols are right, and what the decoder says freely. */
  static final String HITS = "hits", SAID = "said";

  /** An input whose extent says how much may be said freely, I32 [L]. */
  private static final String ROOM = "room";

  private final Options options;
  private final Vocabulary source;
  private final Vocabulary target;
  private final Embedding embedding;
  private final Sides sides;
  private final Pairs pairs;

  Translator(
      Options options, Sides sides, Vocabulary source, Vocabulary target, Embedding embedding) {
    this.options = options;
    this.source = source;
    this.target = target;
    this.embedding = embedding;
    this.sides = sides;
    this.pairs = new Pairs(options, sides);
  }

  @Override
  public Map<String, List<String>> vocabularies() {
    var all = new LinkedHashMap<String, List<String>>();
    all.put(SOURCE, source.words());
    all.put(TARGET, target.words());
    all.putAll(sides.files());
    return all;
  }

  @Override
  public Scope.Carry carry(Purpose purpose) {
    return Scope.Carry.FRESH;
  }

  private Network network(Scope scope, Encoder encoder) {
    // the file of vectors is the source's, so that only its table can be frozen
    Embedding other = Embedding.saved(options.with(Embedding.FREEZE, false), target);
    return new Network(scope, options, encoder, embedding, other);
  }

  private static Value ids(Scope scope, String name) {
    return scope.input(name, DType.I32, Shape.of(Network.STEPS, Rows.BATCH));
  }

  @Override
  public Objective objective(Scope scope, Encoder encoder) {
    Network network = network(scope, encoder);
    Network.Source read = network.read();
    Value previous = ids(scope, Network.PREVIOUS), targets = ids(scope, TARGETS);
    Optional<Value> own = Loss.own(scope, options);
    Network.Speech speech = network.speak(read, Network.Hints.of(previous, own));
    Value nll = Ops.crossEntropy(speech.scores(), targets); // [U, B]
    Value alive = targets.eq(targets.like(Rows.NO_TARGET)).where(nll.like(0), nll.like(1));
    Value count = alive.total();
    Value isAlive = nll.like(0).less(alive);
    Value sum = Loss.sum(options, nll, isAlive, speech);
    Value loss = options.get(Mean.LOSS).of(sum, count, Ops.extent(scope.dtype(), Rows.BATCH));
    Objective objective = Objective.of(loss, nll.total(), count);
    if (scope.training()) return objective; // the rest takes as long again
    Value right = Choice.largest(speech.scores()).eq(targets);
    return objective
        .with(HITS, right.where(nll.like(1), nll.like(0)).total())
        .with(SAID, network.speak(read, free(scope)).said().orElseThrow());
  }

  /** How probable given targets are, and where attention looks meanwhile. */
  @Override
  public Map<String, Value> outputs(Scope scope, Encoder encoder) {
    Network network = network(scope, encoder);
    Value previous = ids(scope, Network.PREVIOUS);
    Network.Speech speech =
        network.speak(network.read(), Network.Hints.of(previous, Optional.empty()));
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put(LOG_PROBABILITIES, Ops.logSoftmax(speech.scores(), -1));
    speech.weights().ifPresent(w -> outputs.put(ALIGNMENT, w));
    return outputs;
  }

  /** What the decoder says by itself, always taking the likeliest, and where it looks. */
  private Map<String, Value> greedy(Scope scope, Encoder encoder) {
    Network network = network(scope, encoder);
    Network.Speech speech = network.speak(network.read(), free(scope));
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put(SAID, speech.said().orElseThrow());
    speech.weights().ifPresent(w -> outputs.put(ALIGNMENT, w));
    return outputs;
  }

  /** As many steps as the input {@code room} is long, whatever stands in it. */
  private Network.Hints free(Scope scope) {
    scope.input(ROOM, DType.I32, Shape.of(Network.ROOM));
    return Network.Hints.free(end());
  }

  @Override
  public Map<String, Part> parts() {
    var parts = new LinkedHashMap<String, Part>();
    parts.put(Part.PREDICT, new Part(Scope.Carry.FRESH, this::outputs));
    parts.put(ENCODER, new Part(Scope.Carry.FRESH, (scope, e) -> network(scope, e).encoded()));
    parts.put(GREEDY, new Part(Scope.Carry.FRESH, this::greedy));
    parts.put(DECODER_STEP, new Part(Scope.Carry.CARRIED, (scope, e) -> network(scope, e).step()));
    return parts;
  }

  /**
   * Pairs as ids.
   *
   * @param texts of the targets; none where the pairs are for training, which may be very many
   */
  private record Bitext(IdRows sources, IdRows targets, List<String> texts) {
    int size() {
      return sources.size();
    }
  }

  private Bitext read(Corpus corpus, Purpose purpose) {
    var all = new Bitext(new IdRows(), new IdRows(), new ArrayList<>());
    boolean[] known = {false};
    pairs.read(
        corpus,
        pair -> {
          known[0] |= pair.source().stream().anyMatch(source::knows);
          all.sources.add(source(pair.source()));
          all.targets.add(target(pair.target()));
          if (purpose != Purpose.TRAIN) all.texts.add(pair.text());
        });
    if (all.size() == 0) throw Texts.empty(corpus);
    if (!known[0]) throw Texts.unknown(corpus);
    return all;
  }

  /** The ids of a source. */
  int[] source(List<String> symbols) {
    return symbols.stream().mapToInt(source::id).toArray();
  }

  /** The ids of a target, its end included. */
  private int[] target(List<String> symbols) {
    int[] ids = new int[symbols.size() + 1];
    for (int i = 0; i < symbols.size(); i++) ids[i] = target.id(symbols.get(i));
    ids[symbols.size()] = end();
    return ids;
  }

  int end() {
    return target.id(SequenceToSequence.END);
  }

  int start() {
    return target.id(SequenceToSequence.START);
  }

  /** What a target's symbol is called. */
  String symbol(int id) {
    return target.word(id);
  }

  boolean isUnknown(int id) {
    return target.word(id).equals(Vocabulary.UNKNOWN);
  }

  Pairs pairs() {
    return pairs;
  }

  Buckets.Most most() {
    return Buckets.Most.of(options);
  }

  boolean attends() {
    return options.get(Attention.KIND).isUsed();
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    Bitext all = read(corpus, purpose);
    // the decoder costs the most, so that targets of like length stand together, then sources
    int most = options.get(Pairs.LONGEST) + 1;
    var lengths =
        new Buckets.Lengths(
            all.size(),
            i -> all.targets.length(i) * most + all.sources.length(i),
            i -> Math.max(all.targets.length(i), all.sources.length(i)));
    Buckets buckets =
        purpose == Purpose.TRAIN
            ? Buckets.shuffled(lengths, most(), order)
            : Buckets.sorted(lengths, most());
    return buckets.batches(places -> batch(all, places, purpose));
  }

  private Batch batch(Bitext all, int[] places, Purpose purpose) {
    int[][] sources = all.sources.at(places), targets = all.targets.at(places);
    var inputs = new LinkedHashMap<>(Rows.inputs(sources));
    inputs.put(TARGETS, Rows.padded(targets, Rows.NO_TARGET));
    int[][] previous = Arrays.stream(targets).map(this::delayed).toArray(int[][]::new);
    inputs.put(Network.PREVIOUS, Rows.padded(previous, end()));
    int tokens = Rows.count(targets);
    if (purpose == Purpose.TRAIN) return new Batch(inputs, true, tokens);
    int room = Arrays.stream(targets).mapToInt(t -> room(t.length - 1)).max().orElseThrow();
    inputs.put(ROOM, Tensor.zeros(DType.I32, room));
    return new Batch(inputs, true, tokens, Arrays.stream(places).mapToObj(all.texts::get).toList());
  }

  /** How many symbols may be said of a target with so many: what is longer is wrong anyhow. */
  static int room(int reference) {
    return 2 * reference + 10;
  }

  private int[] delayed(int[] ids) {
    int[] before = new int[ids.length];
    before[0] = start();
    System.arraycopy(ids, 0, before, 1, ids.length - 1);
    return before;
  }

  /** The symbols before the end, at most so many. */
  List<String> symbols(int[] ids, int most) {
    var symbols = new ArrayList<String>();
    for (int id : ids) {
      if (id == end() || symbols.size() == most) break;
      symbols.add(target.word(id));
    }
    return symbols;
  }

  /** An account of translations to be compared with their references. */
  Scores scores() {
    return new Scores(pairs, options.get(Scores.SELECT));
  }

  @Override
  public Evaluation evaluation() {
    return new SpeechEvaluation(this);
  }

  @Override
  public Optional<Report> evaluate(Session session, Corpus corpus, Options decoding) {
    Bitext all = read(corpus, Purpose.EVALUATE);
    Scores scores = scores();
    int[][] sources = all.sources.at(IntStream.range(0, all.size()).toArray());
    var search = new Search(this, session, decoding);
    var best = search.all(sources, i -> room(all.targets.length(i) - 1));
    for (int i = 0; i < all.size(); i++) {
      scores.add(symbols(best.get(i).getFirst().ids(), Integer.MAX_VALUE), all.texts.get(i));
    }
    return Optional.of(scores.report());
  }

  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    return new Predictions(this, session, decoding).lines(input);
  }

  @Override
  public Map<String, String> metadata() {
    var all = new LinkedHashMap<String, String>();
    all.put("task", "seq2seq");
    all.put("source_level", Sides.SOURCE_LEVEL.format(options.get(Sides.SOURCE_LEVEL)));
    all.put("target_level", Sides.TARGET_LEVEL.format(options.get(Sides.TARGET_LEVEL)));
    all.put(SOURCE, String.join("\n", source.words()));
    all.put(TARGET, String.join("\n", target.words()));
    return all;
  }
}
