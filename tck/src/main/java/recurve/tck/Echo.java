package recurve.tck;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
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
import recurve.task.Report;
import recurve.task.Session;
import recurve.task.Task;

/**
 * A toy task: at each step to say the symbol of the step before, which needs a memory and little
 * else. The sequences are random and of unequal lengths; the text is not looked at.
 */
final class Echo implements Task, Problem {
  static final int SYMBOLS = 4;
  private static final int TIME = 6, ROWS = 8, BATCHES = 30;
  private static final Dim T = Dim.symbol("T"), B = Dim.symbol("B");

  @Override
  public String name() {
    return "echo";
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    return this;
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    return this;
  }

  @Override
  public Map<String, List<String>> vocabularies() {
    return Map.of();
  }

  @Override
  public Scope.Carry carry(Purpose purpose) {
    return Scope.Carry.FRESH;
  }

  @Override
  public Objective objective(Scope scope, Encoder encoder) {
    Value lengths = scope.input("lengths", DType.I32, Shape.of(B));
    Value scores = scores(scope, encoder, Optional.of(lengths));
    Value targets = scope.input("targets", DType.I32, Shape.of(T, B));
    Value nll = Ops.crossEntropy(scores, targets).total();
    Value one = Ops.constant(1, scope.dtype(), Shape.SCALAR);
    Value count = targets.less(0).where(one.like(0), one).total();
    return Objective.of(nll.over(count), nll, count);
  }

  @Override
  public Map<String, Value> outputs(Scope scope, Encoder encoder) {
    Value scores = scores(scope, encoder, Optional.empty());
    return Map.of("log_probabilities", Ops.logSoftmax(scores, -1));
  }

  private static Value scores(Scope scope, Encoder encoder, Optional<Value> lengths) {
    Value ids = scope.input("ids", DType.I32, Shape.of(T, B));
    Value table = scope.parameter("table", new Init.Normal(1), Shape.of(SYMBOLS, SYMBOLS));
    Sequence h = encoder.apply(scope.in("encoder"), new Sequence(table.gather(ids), lengths));
    Shape shape = Shape.of(h.width(), Dim.of(SYMBOLS));
    return h.values().matmul(scope.parameter("output.W", Init.WEIGHT, shape));
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    return new Batches() {
      @Override
      public int size() {
        return BATCHES;
      }

      @Override
      public Batch get(int index) {
        return batch(new Random(order.seed() * 1000 + order.epoch() * BATCHES + index));
      }
    };
  }

  private static Batch batch(Random random) {
    var ids = new int[TIME * ROWS];
    var targets = new int[TIME * ROWS];
    var lengths = new int[ROWS];
    for (int b = 0; b < ROWS; b++) lengths[b] = b == 0 ? TIME : random.nextInt(2, TIME + 1);
    for (int t = 0; t < TIME; t++) {
      for (int b = 0; b < ROWS; b++) {
        int at = t * ROWS + b;
        ids[at] = random.nextInt(SYMBOLS);
        boolean asked = t > 0 && t < lengths[b];
        targets[at] = asked ? ids[at - ROWS] : -1;
      }
    }
    return new Batch(
        Map.of(
            "ids", Tensor.of(ids, TIME, ROWS),
            "targets", Tensor.of(targets, TIME, ROWS),
            "lengths", Tensor.of(lengths, ROWS)),
        true,
        TIME * ROWS);
  }

  @Override
  public Evaluation evaluation() {
    return new Evaluation() {
      private double nll;
      private double count;

      @Override
      public void add(Batch batch, Function<String, Tensor> figures) {
        nll += figures.apply(Objective.NLL).item();
        count += figures.apply(Objective.COUNT).item();
      }

      @Override
      public Report report() {
        return new Report(Map.of("nats", nll / count), "nats", true);
      }
    };
  }

  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    return session.run(ids(TIME, 1)).entrySet().stream()
        .map(e -> e.getKey() + " " + Arrays.toString(e.getValue().floats()));
  }

  /** Some symbols, [T, B]. */
  static Map<String, Tensor> ids(int time, int batch) {
    Tensor ids = Tensor.zeros(DType.I32, time, batch);
    for (int i = 0; i < ids.size(); i++) ids.ints()[i] = i * 7 % SYMBOLS;
    return Map.of("ids", ids);
  }
}
