package recurve.tasks.seq2seq;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import recurve.cell.Decoder;
import recurve.cell.Encoder;
import recurve.cell.Init;
import recurve.cell.Next;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;
import recurve.tasks.Choice;
import recurve.tasks.Embedding;
import recurve.tasks.Rows;

/**
 * Encoder, decoder, and attention between them.
 *
 * <pre>
 *   h = encoder(E[x])      q_t = decoder([F[y_{t-1}] ; o_{t-1}])      c_t = attention(q_t, h)
 *   o_t = tanh([q_t ; c_t] W + b)      p(y_t) = softmax(o_t V + d)
 * </pre>
 *
 * The {@code o_{t-1}} is there with input feeding only; without attention {@code o_t = q_t}.
 */
final class Network {
  static final Option<Boolean> INPUT_FEED =
      Option.of("input_feed", true, "each step reads what attention saw in the step before");
  static final Option<Boolean> COVERAGE =
      Option.of("coverage", false, "attention knows how much it looked at each place before");
  static final Option<Boolean> TIE =
      Option.of("tie", false, "one matrix for target embedding and output");

  /** The extents of the target's steps, and of what is said freely. */
  static final Dim STEPS = Dim.symbol("U"), ROOM = Dim.symbol("L");

  static final String PREVIOUS = "previous";
  static final String ROWS = "rows";
  private static final String DECODER = "decoder";
  private static final String FEED = "feed";
  private static final String SEEN = "coverage";
  private static final String ENDED = "ended";

  private final Scope scope;
  private final Options options;
  private final Encoder encoder;
  private final Decoder decoder;
  private final Embedding source;
  private final Embedding target;
  private final Attention attention;

  Network(Scope scope, Options options, Encoder encoder, Embedding source, Embedding target) {
    this.scope = scope;
    this.options = options;
    this.encoder = encoder;
    this.decoder = encoder.decoder();
    this.source = source;
    this.target = target;
    this.attention = options.get(Attention.KIND);
  }

  /**
   * A batch of sources as the decoder reads it.
   *
   * @param first what is carried into the first step, by name
   */
  record Source(Attention.Memory memory, Map<String, Value> first) {}

  /**
   * What is said to the decoder before each symbol.
   *
   * @param steps how many there are
   * @param previous the right symbols before each, I32 [U, B]; else it hears its own
   * @param own where it hears its own all the same, BOOL [U, B, 1]
   * @param end the symbol after which a row that hears its own says nothing else, and looks nowhere
   */
  record Hints(Dim steps, Optional<Value> previous, Optional<Value> own, Optional<Integer> end) {

    /** Symbols before each, and maybe its own. */
    static Hints of(Value previous, Optional<Value> own) {
      return new Hints(STEPS, Optional.of(previous), own, Optional.empty());
    }

    /** It hears itself, up to an end. */
    static Hints free(int end) {
      return new Hints(ROOM, Optional.empty(), Optional.empty(), Optional.of(end));
    }
  }

  /**
   * What the decoder says.
   *
   * @param scores not normalised, [U, B, V]
   * @param said its own choices, I32 [U, B]; only where it hears them
   * @param weights of attention, [U, B, S]
   * @param overlap of attention with where it looked before, [U, B]; with coverage
   */
  record Speech(
      Value scores, Optional<Value> said, Optional<Value> weights, Optional<Value> overlap) {}

  /** One step: what it gives, and what it carries on. */
  private record Turn(Value output, Optional<Value> weights, Map<String, Value> carry) {}

  private Value table() {
    return target.table(scope.in("target"));
  }

  private boolean feeds() {
    return attention.isUsed() && options.get(INPUT_FEED);
  }

  private boolean covers() {
    return attention.isUsed() && options.get(COVERAGE);
  }

  private Decoder.Stepper open(Dim steps) {
    Dim width = table().dim(1);
    Scope own = scope.in(DECODER);
    if (!feeds()) return decoder.open(own, steps, Rows.BATCH, width);
    Dim fed = decoder.open(probe().in(DECODER), steps, Rows.BATCH, width).width();
    return decoder.open(own, steps, Rows.BATCH, width.plus(fed));
  }

  /** A scope to look at shapes in. */
  private Scope probe() {
    return Scope.root(Scope.Mode.EVALUATE, Scope.Carry.FRESH, scope.dtype());
  }

  /** Reads the sources. */
  Source read() {
    Sequence h = encoder.apply(scope.in("encoder"), source.sequence(scope));
    Decoder.Stepper stepper = open(STEPS);
    var ends = new LinkedHashMap<String, Value>();
    for (Scope.State s : scope.states()) {
      String prefix = "encoder.";
      if (s.name().startsWith(prefix)) ends.put(s.name().substring(prefix.length()), s.last());
    }
    var first =
        new LinkedHashMap<>(options.get(Bridge.KIND).all(scope.in("bridge"), stepper, ends));
    if (feeds()) first.put(FEED, zeros(Shape.of(Rows.BATCH, stepper.width())));
    if (covers()) first.put(SEEN, zeros(Shape.of(Rows.BATCH, Rows.TIME)));
    return new Source(attention.memory(scope.in("attention"), options, h, stepper.width()), first);
  }

  private Value zeros(Shape shape) {
    return Ops.constant(0, scope.dtype(), shape);
  }

  private Turn turn(
      Decoder.Stepper stepper,
      Attention.Memory memory,
      Value x,
      Map<String, Value> carry,
      List<Value> noise) {
    Value input = feeds() ? Ops.concat(1, List.of(x, at(carry, FEED))) : x;
    Next next = stepper.step(input, carry, noise);
    var after = new LinkedHashMap<>(next.states());
    if (!attention.isUsed()) return new Turn(next.output(), Optional.empty(), after);
    Value q = next.output();
    Optional<Value> seen = covers() ? Optional.of(at(carry, SEEN)) : Optional.empty();
    Attention.Look look = attention.look(scope.in("attention"), options, q, memory, seen);
    Value both = Ops.concat(1, List.of(q, look.context()));
    Value w = scope.parameter("combine.W", Init.WEIGHT, Shape.of(both.dim(1), q.dim(1)));
    Value b = scope.parameter("combine.b", Init.BIAS, Shape.of(q.dim(1)));
    Value output = Ops.tanh(both.matmul(w).plus(b));
    if (feeds()) after.put(FEED, output);
    if (covers()) after.put(SEEN, at(carry, SEEN).plus(look.weights()));
    return new Turn(output, Optional.of(look.weights()), after);
  }

  private static Value at(Map<String, Value> carry, String name) {
    return Objects.requireNonNull(carry.get(name), name);
  }

  /** [..., V]: all symbols but the one that stands for the beginning, which is the last. */
  private Value scores(Value output) {
    Value table = table();
    Dim symbols = table.dim(0).plus(-1);
    Value product;
    if (options.get(TIE)) {
      Dim width = table.dim(1);
      Value o = output;
      if (!output.dim(-1).equals(width)) {
        Shape shape = Shape.of(output.dim(-1), width);
        o = output.matmul(scope.parameter("projection.W", Init.WEIGHT, shape));
      }
      product = o.matmul(table.slice(0, Dim.ZERO, symbols).t());
    } else {
      Shape shape = Shape.of(output.dim(-1), symbols);
      product = output.matmul(scope.parameter("output.W", Init.WEIGHT, shape));
    }
    return product.plus(scope.parameter("output.b", Init.BIAS, Shape.of(symbols)));
  }

  /** Runs the decoder over all its steps. */
  Speech speak(Source source, Hints hints) {
    Decoder.Stepper stepper = open(hints.steps());
    Value table = table();
    boolean hears = hints.previous().isEmpty() || hints.own().isPresent();
    var first = new LinkedHashMap<>(source.first());
    Value start = table.slice(0, table.dim(0).plus(-1), table.dim(0)); // [1, E]
    if (hears) first.put(PREVIOUS, start.expand(Shape.of(Rows.BATCH, table.dim(1))));
    Shape rows = Shape.of(Rows.BATCH);
    if (hints.end().isPresent()) first.put(ENDED, Ops.constant(0, DType.BOOL, rows));
    List<String> names = List.copyOf(first.keySet());
    var xs = new ArrayList<Value>();
    hints.previous().ifPresent(ids -> xs.add(embedded(table, ids)));
    hints.own().ifPresent(xs::add);
    int given = xs.size();
    xs.addAll(stepper.noises());
    Loop.Result result =
        Loop.of(hints.steps())
            .run(
                List.copyOf(first.values()),
                xs,
                (k, step) -> {
                  var carry = new LinkedHashMap<String, Value>();
                  for (int i = 0; i < names.size(); i++) carry.put(names.get(i), k.get(i));
                  Value x = hears ? at(carry, PREVIOUS) : step.get(0);
                  if (given == 2) x = step.get(1).where(x, step.get(0));
                  List<Value> noise = step.subList(given, step.size());
                  Turn turn = turn(stepper, source.memory(), x, carry, noise);
                  var ys = new ArrayList<Value>();
                  Optional<Value> weights = turn.weights();
                  if (hears) {
                    Value scores = scores(turn.output());
                    Value said = Choice.largest(scores);
                    if (hints.end().isPresent()) {
                      Value end = said.like(hints.end().get()), ended = at(carry, ENDED);
                      said = ended.where(end, said);
                      turn.carry().put(ENDED, said.eq(end));
                      weights = weights.map(w -> ended.unsqueeze(1).where(w.like(0), w));
                    }
                    turn.carry().put(PREVIOUS, table.gather(said));
                    ys.add(scores);
                    ys.add(said);
                  } else {
                    ys.add(turn.output());
                  }
                  weights.ifPresent(ys::add);
                  if (covers()) ys.add(overlap(turn, carry));
                  return new Loop.Trip(names.stream().map(n -> at(turn.carry(), n)).toList(), ys);
                });
    List<Value> ys = result.ys();
    int next = hears ? 2 : 1;
    return new Speech(
        hears ? ys.get(0) : scores(ys.get(0)),
        hears ? Optional.of(ys.get(1)) : Optional.empty(),
        attention.isUsed() ? Optional.of(ys.get(next)) : Optional.empty(),
        covers() ? Optional.of(ys.get(next + 1)) : Optional.empty());
  }

  /** {@code Σ_s min(a_s, coverage_s)}, [B] (See et al. 2017). */
  private static Value overlap(Turn turn, Map<String, Value> carry) {
    return turn.weights().orElseThrow().min(at(carry, SEEN)).sum(1).squeeze(1);
  }

  private Value embedded(Value table, Value ids) {
    return Encoder.dropout(options, options.get(Encoder.INPUT_DROPOUT))
        .apply(scope, Sequence.full(table.gather(ids)))
        .values();
  }

  /** The encoder alone: everything that the inputs of {@link #step} begin as, by their names. */
  Map<String, Value> encoded() {
    Source read = read();
    var outputs = new LinkedHashMap<>(read.memory().values());
    read.first().forEach((name, v) -> outputs.put(DECODER + "." + name, v));
    return outputs;
  }

  /**
   * One step of the decoder, states in and out.
   *
   * <p>{@code rows} names for each row the row that it goes on from: a search reorders so.
   */
  Map<String, Value> step() {
    Source like = new Network(probe(), options, encoder, source, target).read();
    var held = new LinkedHashMap<String, Value>();
    like.memory()
        .values()
        .forEach((name, v) -> held.put(name, scope.input(name, v.dtype(), v.shape())));
    Value lengths =
        attention.isUsed()
            ? scope.input(Rows.LENGTHS, DType.I32, Shape.of(Rows.BATCH))
            : like.memory().lengths();
    Value previous = scope.input(PREVIOUS, DType.I32, Shape.of(Rows.BATCH));
    Value rows = scope.input(ROWS, DType.I32, Shape.of(Rows.BATCH));
    var carry = new LinkedHashMap<String, Value>();
    like.first()
        .forEach(
            (name, v) -> carry.put(name, scope.in(DECODER).initial(name, v.shape()).gather(rows)));
    Value x = table().gather(previous);
    Turn turn = turn(open(STEPS), new Attention.Memory(held, lengths), x, carry, List.of());
    carry.keySet().forEach(name -> scope.in(DECODER).last(name, at(turn.carry(), name)));
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put(Translator.LOG_PROBABILITIES, Ops.logSoftmax(scores(turn.output()), -1));
    turn.weights().ifPresent(w -> outputs.put(Translator.ALIGNMENT, w));
    return outputs;
  }
}
