package recurve.measure;

import static recurve.ir.Ops.sigmoid;
import static recurve.ir.Ops.tanh;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import recurve.cell.Encoder;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Loop;
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
import recurve.task.Task;

/**
 * Translation with attention and input feeding (Luong et al. 2015), over random sentences of full
 * length: only to be timed.
 *
 * <pre>
 *   m = encoder(source)     k = m K     h_0 = tanh([m→_S m←_1] W + b)     a_0 = 0
 *   h_t = GRU([e_t a_{t-1}], h_{t-1})     w = softmax(k h_t)     a_t = tanh([Σ w m  h_t] C + c)
 *   p(y_t) = softmax(a_t O + o)
 * </pre>
 */
final class Translation implements Task, Problem {
  private static final int WORDS = 8000, BATCH = 32, LENGTH = 20, UNITS = 256;
  private static final Dim S = Dim.symbol("S"), T = Dim.symbol("T"), B = Dim.symbol("B");
  private static final Dim H = Dim.of(UNITS), V = Dim.of(WORDS);

  @Override
  public String name() {
    return "translation";
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
    Value targets = scope.input("targets", DType.I32, Shape.of(T, B));
    Value nll = Ops.crossEntropy(scores(scope, encoder), targets).total();
    Value count = Ops.extent(scope.dtype(), T).times(Ops.extent(scope.dtype(), B));
    return Objective.of(nll.over(count), nll, count);
  }

  @Override
  public Map<String, Value> outputs(Scope scope, Encoder encoder) {
    return Map.of("scores", scores(scope, encoder));
  }

  private static Value scores(Scope scope, Encoder encoder) {
    Value source = embedded(scope, "source", S);
    Value m = encoder.apply(scope.in("encoder"), Sequence.full(source)).values(); // [S, B, 2H]
    Value first = m.slice(0, S.plus(-1), S).squeeze(0).slice(1, Dim.ZERO, H);
    Value last = m.slice(0, 0, 1).squeeze(0).slice(1, H, H.times(Dim.of(2)));
    Value h0 = tanh(affine(scope, "start", Ops.concat(1, List.of(first, last))));
    Value memory = m.transpose(List.of(1, 0, 2)); // [B, S, 2H]
    Value keys = memory.matmul(weight(scope, "keys", memory.dim(2), H)); // [B, S, H]
    Value none = Ops.constant(0, scope.dtype(), Shape.of(B, H));
    Value e = embedded(scope, "before", T);
    Loop.Result result =
        Loop.of(T)
            .run(
                List.of(h0, none),
                List.of(e),
                (carry, x) -> {
                  Value in = Ops.concat(1, List.of(x.get(0), carry.get(1)));
                  Value h = gru(scope, in, carry.get(0));
                  Value w = Ops.softmax(keys.matmul(h.unsqueeze(2)).squeeze(2), 1); // [B, S]
                  Value context = w.unsqueeze(1).matmul(memory).squeeze(1); // [B, 2H]
                  Value a = tanh(affine(scope, "attend", Ops.concat(1, List.of(context, h))));
                  return new Loop.Trip(List.of(h, a), List.of(a));
                });
    Value o = scope.parameter("output.b", Init.BIAS, Shape.of(V));
    return result.ys().get(0).matmul(weight(scope, "output.W", H, V)).plus(o);
  }

  private static Value embedded(Scope scope, String name, Dim time) {
    Value table = weight(scope, name + ".E", V, H);
    return table.gather(scope.input(name, DType.I32, Shape.of(time, B)));
  }

  private static Value gru(Scope scope, Value x, Value h) {
    Value r = sigmoid(affine(scope, "r", x).plus(affine(scope, "rh", h)));
    Value z = sigmoid(affine(scope, "z", x).plus(affine(scope, "zh", h)));
    Value n = tanh(affine(scope, "n", x).plus(r.times(affine(scope, "nh", h))));
    return z.oneMinus().times(n).plus(z.times(h));
  }

  private static Value affine(Scope scope, String name, Value x) {
    Value b = scope.parameter(name + ".b", Init.BIAS, Shape.of(H));
    return x.matmul(weight(scope, name + ".W", x.dim(-1), H)).plus(b);
  }

  private static Value weight(Scope scope, String name, Dim rows, Dim columns) {
    return scope.parameter(name, Init.WEIGHT, Shape.of(rows, columns));
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    var random = new Random(order.seed());
    Map<String, Tensor> inputs =
        Map.of("source", ids(random), "before", ids(random), "targets", ids(random));
    var batch = new Batch(inputs, true, LENGTH * BATCH);
    return new Batches() {
      @Override
      public int size() {
        return 1000;
      }

      @Override
      public Batch get(int index) {
        return batch;
      }
    };
  }

  private static Tensor ids(Random random) {
    return Tensor.of(random.ints(LENGTH * BATCH, 0, WORDS).toArray(), LENGTH, BATCH);
  }

  @Override
  public Evaluation evaluation() {
    throw new UnsupportedOperationException("only to be timed");
  }

  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    throw new UnsupportedOperationException("only to be timed");
  }
}
