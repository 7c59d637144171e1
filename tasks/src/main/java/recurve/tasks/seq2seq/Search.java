package recurve.tasks.seq2seq;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import recurve.ir.Tensor;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Session;
import recurve.tasks.Buckets;
import recurve.tasks.Rows;

/**
 * Beam search: at each step the likeliest continuations of the hypotheses, as many as are left; one
 * that ends leaves the beam, which is narrower from then on.
 *
 * <pre>
 *   score = log p(y) / ((5 + |y|) / 6)^α + β Σ_s log min(Σ_t a_ts, 1)      (Wu et al. 2016)
 * </pre>
 *
 * A beam of one is the greedy choice; one that is wide enough to drop nothing is exhaustive. It
 * stops before, where no hypothesis in it can become better than those that have ended.
 */
final class Search {
  static final Option<Integer> BEAM =
      Option.of("beam", 1, "how many hypotheses are followed; 1 is greedy").range(1, 100_000);
  static final Option<Integer> NBEST =
      Option.of("nbest", 1, "how many hypotheses to keep, at most the beam").range(1, 100_000);
  static final Option<Double> LENGTH_PENALTY =
      Option.of("length_penalty", 0.0, "power of the length in the score; more favours longer")
          .range(0, 100);
  static final Option<Double> COVERAGE_PENALTY =
      Option.of("coverage_penalty", 0.0, "weight of places not looked at, in the score")
          .range(0, 100);
  static final Option<Integer> MIN_LENGTH =
      Option.of("min_length", 0, "fewest symbols to say").atLeast(0);
  static final Option<Integer> MAX_LENGTH =
      Option.of("max_length", 0, "most symbols to say; 0 is 50 more than twice the source")
          .atLeast(0);
  static final Option<Integer> NO_REPEAT =
      Option.of("no_repeat", 0, "say no so many symbols twice; 0 allows it").atLeast(0);

  /** What changes the best hypothesis. */
  static final List<Option<?>> SCORED =
      List.of(BEAM, LENGTH_PENALTY, COVERAGE_PENALTY, MIN_LENGTH, MAX_LENGTH, NO_REPEAT);

  private static final double LEAST_COVERAGE = 1e-10; // whose logarithm is finite

  private final Translator translator;
  private final Session encoder;
  private final Session decoder;
  private final Options options;
  private final int width;

  Search(Translator translator, Session session, Options options) {
    this.translator = translator;
    this.encoder = session.part(Translator.ENCODER);
    this.decoder = session.part(Translator.DECODER_STEP);
    this.options = options;
    this.width = options.get(BEAM);
    check();
  }

  private void check() {
    if (options.get(NBEST) > width) {
      throw new OptionException(
          "option nbest is " + options.get(NBEST) + " but the beam is " + width + ". Widen beam");
    }
    int most = options.get(MAX_LENGTH);
    if (most > 0 && options.get(MIN_LENGTH) > most) {
      throw new OptionException(
          "option min_length is " + options.get(MIN_LENGTH) + " but max_length is " + most);
    }
    if (options.get(COVERAGE_PENALTY) > 0 && !translator.attends()) {
      throw new OptionException(
          "coverage_penalty asks where attention looked, and the model has none");
    }
  }

  static List<Option<?>> options() {
    var all = new ArrayList<>(SCORED);
    all.add(NBEST);
    return all;
  }

  /** The limit where nothing is known of the target. */
  static int room(int source) {
    return 2 * source + 50;
  }

  /**
   * The best hypotheses of each source, best first.
   *
   * @param room how many symbols may be said of the source at a place, unless max_length says
   */
  List<List<Hypothesis>> all(int[][] sources, IntUnaryOperator room) {
    var found = new ArrayList<List<Hypothesis>>();
    for (int i = 0; i < sources.length; i++) found.add(List.of());
    var lengths = Buckets.Lengths.of(sources.length, i -> sources[i].length);
    for (int[] places : Buckets.sorted(lengths, translator.most()).groups()) {
      int[][] own = Arrays.stream(places).mapToObj(i -> sources[i]).toArray(int[][]::new);
      int most = options.get(MAX_LENGTH);
      int[] rooms = Arrays.stream(places).map(i -> most > 0 ? most : room.applyAsInt(i)).toArray();
      List<List<Hypothesis>> best = batch(own, rooms);
      for (int b = 0; b < places.length; b++) found.set(places[b], best.get(b));
    }
    return found;
  }

  /** One source's hypotheses; their rows in the batch begin at {@code row}. */
  private final class Beam {
    final int row;
    final int places;
    final int room;
    List<Hypothesis> live;
    List<Integer> rows; // from which each of them goes on
    final List<Hypothesis> ended = new ArrayList<>();

    Beam(int row, int places, int room) {
      this.row = row;
      this.places = places;
      this.room = room;
      this.live = List.of(Hypothesis.empty(translator.start()));
      this.rows = List.of(row);
    }

    /** Goes one step on by what the decoder gave for its rows. */
    void advance(Tensor logp, float[][] looks) {
      List<Next> best = best(logp);
      var then = new ArrayList<Hypothesis>();
      var from = new ArrayList<Integer>();
      for (Next next : best) {
        Hypothesis h = live.get(next.of).then(next.id, next.gain, looks[row + next.of]);
        if (next.id == translator.end()) {
          ended.add(h);
        } else {
          then.add(h);
          from.add(row + next.of);
        }
      }
      live = then;
      rows = from;
      if (isOver()) live = List.of();
    }

    private List<Next> best(Tensor logp) {
      int free = width - ended.size(), symbols = logp.dim(1);
      // the worst on top; of equals the first hypothesis and the first symbol are better
      Comparator<Next> order =
          Comparator.<Next>comparingDouble(n -> -n.logp)
              .thenComparingInt(n -> n.of)
              .thenComparingInt(n -> n.id);
      var kept = new PriorityQueue<>(order.reversed());
      for (int k = 0; k < live.size(); k++) {
        Hypothesis h = live.get(k);
        for (int id = 0; id < symbols; id++) {
          if (!allowed(h, id)) continue;
          double gain = logp.at((row + k) * symbols + id);
          if (kept.size() == free && h.logp() + gain < kept.element().logp) continue;
          kept.add(new Next(k, id, gain, h.logp() + gain));
          if (kept.size() > free) kept.remove();
        }
      }
      if (kept.isEmpty()) { // nothing may be said after any of them, but that it is the end
        for (int k = 0; k < Math.min(free, live.size()); k++) {
          double gain = logp.at((row + k) * symbols + translator.end());
          kept.add(new Next(k, translator.end(), gain, live.get(k).logp() + gain));
        }
      }
      return kept.stream().sorted(order).toList();
    }

    private boolean allowed(Hypothesis h, int id) {
      if (id == translator.end()) return h.size() >= Math.min(options.get(MIN_LENGTH), room);
      return h.size() < room && !h.repeats(id, options.get(NO_REPEAT));
    }

    /** Whether nothing alive can still get among the best. */
    private boolean isOver() {
      int wanted = options.get(NBEST);
      if (live.isEmpty() || ended.size() < wanted) return live.isEmpty();
      double bound = live.getFirst().logp() / length(room + 1);
      return bound <= score(ended().get(wanted - 1), places);
    }

    List<Hypothesis> ended() {
      return ended.stream()
          .sorted(Comparator.comparingDouble(h -> -score(h, places)))
          .limit(options.get(NBEST))
          .toList();
    }
  }

  /** A hypothesis and a symbol after it. */
  private record Next(int of, int id, double gain, double logp) {}

  private double length(int symbols) {
    return Math.pow((5 + symbols) / 6.0, options.get(LENGTH_PENALTY));
  }

  /** What hypotheses of a source with so many places are ranked by. */
  double score(Hypothesis h, int places) {
    double score = h.logp() / length(h.size());
    double beta = options.get(COVERAGE_PENALTY);
    if (beta == 0) return score;
    double[] seen = new double[places];
    for (float[] weights : h.attention()) {
      for (int s = 0; s < places; s++) seen[s] += weights[s];
    }
    for (double v : seen) score += beta * Math.log(Math.max(LEAST_COVERAGE, Math.min(v, 1)));
    return score;
  }

  private List<List<Hypothesis>> batch(int[][] sources, int[] rooms) {
    var inputs = new LinkedHashMap<String, Tensor>(wide(sources));
    var beams = new ArrayList<Beam>();
    for (int b = 0; b < sources.length; b++) {
      beams.add(new Beam(b * width, sources[b].length, rooms[b]));
    }
    int rows = sources.length * width;
    int[] from = IntStream.range(0, rows).toArray();
    int[] previous = new int[rows];
    while (beams.stream().anyMatch(b -> !b.live.isEmpty())) {
      Arrays.fill(previous, translator.end()); // of rows that nothing is asked of
      for (Beam beam : beams) {
        for (int k = 0; k < beam.live.size(); k++) {
          previous[beam.row + k] = beam.live.get(k).id();
          from[beam.row + k] = beam.rows.get(k);
        }
      }
      inputs.put(Network.PREVIOUS, Tensor.of(previous.clone(), rows));
      inputs.put(Network.ROWS, Tensor.of(from.clone(), rows));
      Map<String, Tensor> results = decoder.run(inputs);
      inputs.clear(); // the rest stays in the session
      Tensor logp = Objects.requireNonNull(results.get(Translator.LOG_PROBABILITIES));
      float[][] looks = looks(results, rows);
      for (Beam beam : beams) if (!beam.live.isEmpty()) beam.advance(logp, looks);
    }
    return beams.stream().map(Beam::ended).toList();
  }

  private static float[][] looks(Map<String, Tensor> results, int rows) {
    Tensor weights = results.get(Translator.ALIGNMENT);
    float[][] looks = new float[rows][];
    for (int r = 0; r < rows; r++) {
      int places = weights == null ? 0 : weights.dim(1);
      looks[r] =
          weights == null
              ? new float[0]
              : Arrays.copyOfRange(weights.floats(), r * places, (r + 1) * places);
    }
    return looks;
  }

  /** Reads the sources, and gives the decoder's inputs with a row for each hypothesis. */
  private Map<String, Tensor> wide(int[][] sources) {
    Map<String, Tensor> read = encoder.run(Rows.inputs(sources));
    var states = new LinkedHashMap<String, Tensor>();
    var inputs = new LinkedHashMap<String, Tensor>();
    read.forEach(
        (name, t) -> {
          boolean isMemory = name.equals(Attention.VALUES) || name.equals(Attention.KEYS);
          (isMemory ? inputs : states).put(name, repeated(t, width));
        });
    if (translator.attends()) {
      inputs.put(Rows.LENGTHS, repeated(Rows.lengths(sources), width));
    }
    decoder.goOnFrom(states);
    return inputs;
  }

  /** Each row of the leading axis so many times over. */
  private static Tensor repeated(Tensor t, int times) {
    if (times == 1) return t;
    int rows = t.dim(0), size = t.size() / Math.max(1, rows);
    int[] dims = t.dims();
    dims[0] = rows * times;
    Tensor all = Tensor.zeros(t.dtype(), dims);
    Object from = array(t), to = array(all);
    for (int r = 0; r < rows * times; r++) {
      System.arraycopy(from, r / times * size, to, r * size, size);
    }
    return all;
  }

  private static Object array(Tensor t) {
    return switch (t.dtype()) {
      case F32 -> t.floats();
      case F64 -> t.doubles();
      case I32 -> t.ints();
      case BOOL -> t.booleans();
    };
  }
}
