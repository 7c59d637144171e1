package acme.siamese;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
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
import recurve.option.Options;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Session;

/**
 * One encoder reads both sentences (Bromley et al. 1993; Mueller and Thyagarajan 2016).
 *
 * <pre>
 *   v = mean of encoder(first)      w = mean of encoder(second)
 *   z = [|v - w|; v ⊙ w] W + b      p(same) = σ(z)
 * </pre>
 */
final class Siamese implements Problem {
  static final String PROBABILITY = "probability", SAME = "same";
  private static final Dim ROWS = Dim.symbol("B");

  private final Options options;
  private final List<String> words;
  private final Map<String, Integer> ids = new HashMap<>();

  Siamese(Options options, List<String> words) {
    this.options = options;
    this.words = List.copyOf(words);
    for (int i = 0; i < words.size(); i++) ids.put(words.get(i), i);
  }

  @Override
  public Map<String, List<String>> vocabularies() {
    return Map.of(Similarity.WORDS, words);
  }

  @Override
  public Scope.Carry carry(Purpose purpose) {
    return Scope.Carry.FRESH;
  }

  /** z, [B]. */
  private Value scores(Scope scope, Encoder encoder) {
    Value v = sentence(scope, encoder, "first"), w = sentence(scope, encoder, "second");
    Value difference = v.minus(w);
    Value both = Ops.concat(1, List.of(difference.max(difference.neg()), v.times(w)));
    Value weights = scope.parameter("output.W", Init.WEIGHT, Shape.of(both.dim(1), Dim.ONE));
    Value bias = scope.parameter("output.b", Init.BIAS, Shape.of(1));
    return both.matmul(weights).plus(bias).squeeze(1);
  }

  /** The mean of the states of a sentence, [B, H]. What has a name already is shared. */
  private Value sentence(Scope scope, Encoder encoder, String name) {
    Dim time = Dim.symbol(name.equals("first") ? "T" : "S");
    Value row = scope.input(name, DType.I32, Shape.of(time, ROWS));
    Value lengths = scope.input(name + ".lengths", DType.I32, Shape.of(ROWS));
    Shape shape = Shape.of(words.size(), options.get(Similarity.EMBEDDING));
    Value table = scope.parameter("embedding.W", new Init.Normal(0.1), shape);
    var x = new Sequence(table.gather(row), Optional.of(lengths));
    Sequence h = encoder.apply(scope.in("encoder").fresh(), x);
    Value alive = h.alive().orElseThrow().where(h.values(), h.values().like(0));
    return alive.sum(0).squeeze(0).over(lengths.cast(scope.dtype()).unsqueeze(-1));
  }

  @Override
  public Objective objective(Scope scope, Encoder encoder) {
    Value z = scores(scope, encoder);
    Value same = scope.input(SAME, DType.I32, Shape.of(ROWS)).cast(scope.dtype());
    // -log σ(z) or -log σ(-z), each log(1 + exp(x)) in the form that never overflows
    Value x = same.times(-2).plus(1).times(z);
    Value nll = x.max(0).plus(Ops.log(Ops.exp(x.min(x.neg())).plus(1))).total();
    Value count = Ops.extent(scope.dtype(), ROWS);
    return Objective.of(nll.over(count), nll, count).with(PROBABILITY, Ops.sigmoid(z));
  }

  @Override
  public Map<String, Value> outputs(Scope scope, Encoder encoder) {
    return Map.of(PROBABILITY, Ops.sigmoid(scores(scope, encoder)));
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    var pairs = new ArrayList<>(Pair.read(corpus));
    if (purpose == Purpose.TRAIN) {
      var random = new SplittableRandom(order.seed() * 1_000_003 + order.epoch());
      for (int i = pairs.size() - 1; i > 0; i--) {
        pairs.set(i, pairs.set(random.nextInt(i + 1), pairs.get(i)));
      }
    }
    List<List<Pair>> groups = groups(pairs);
    return new Batches() {
      @Override
      public int size() {
        return groups.size();
      }

      @Override
      public Batch get(int index) {
        List<Pair> group = groups.get(index);
        int[] same = group.stream().mapToInt(pair -> pair.same() ? 1 : 0).toArray();
        Map<String, Tensor> inputs = inputs(group);
        inputs.put(SAME, Tensor.of(same, same.length));
        int tokens = group.stream().mapToInt(p -> p.first().size() + p.second().size()).sum();
        return new Batch(inputs, true, tokens);
      }
    };
  }

  private List<List<Pair>> groups(List<Pair> pairs) {
    int rows = options.get(Batches.BATCH);
    var groups = new ArrayList<List<Pair>>();
    for (int from = 0; from < pairs.size(); from += rows) {
      groups.add(List.copyOf(pairs.subList(from, Math.min(pairs.size(), from + rows))));
    }
    return groups;
  }

  private Map<String, Tensor> inputs(List<Pair> pairs) {
    var inputs = new LinkedHashMap<String, Tensor>();
    put(inputs, "first", pairs.stream().map(Pair::first).toList());
    put(inputs, "second", pairs.stream().map(Pair::second).toList());
    return inputs;
  }

  /** [T, B], time leading; what stands past a row's length is never looked at. */
  private void put(Map<String, Tensor> inputs, String name, List<List<String>> sentences) {
    int[] lengths = sentences.stream().mapToInt(List::size).toArray();
    int steps = sentences.stream().mapToInt(List::size).max().orElse(0), rows = lengths.length;
    int[] all = new int[steps * rows];
    for (int b = 0; b < rows; b++) {
      for (int t = 0; t < lengths[b]; t++) {
        all[t * rows + b] = ids.getOrDefault(sentences.get(b).get(t), 0);
      }
    }
    inputs.put(name, Tensor.of(all, steps, rows));
    inputs.put(name + ".lengths", Tensor.of(lengths, rows));
  }

  @Override
  public Evaluation evaluation() {
    return new Accuracy();
  }

  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    Function<List<Pair>, Stream<String>> answers =
        group -> {
          Tensor p = Objects.requireNonNull(session.run(inputs(group)).get(PROBABILITY));
          return Stream.iterate(0, b -> b < group.size(), b -> b + 1)
              .map(b -> String.format(Locale.ROOT, "%.4f", p.at(b)));
        };
    return groups(Pair.read(input)).stream().flatMap(answers);
  }
}
