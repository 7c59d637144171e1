package recurve.transform;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.ir.Verifier;

/**
 * Graphs that nobody would write, from a seed: the gradient is right and the passes keep values.
 */
class RandomGraphTest {
  private static final List<Dim> DIMS = List.of(Dim.ONE, Dim.of(2), Dim.of(4), Net.B, Net.S);

  static Stream<Integer> seeds() {
    return IntStream.range(0, 60).boxed();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void gradientIsRightAndPassesKeepValues(int seed) {
    var net = new Net(DType.F64);
    Value loss = new Maker(net, seed).loss();
    Check.gradient(net, loss, seed);
    Graph graph = net.gradient(loss);
    Map<String, Tensor> values = Check.values(net, seed);
    Graph fast = Passes.optimize(graph);
    Verifier.verify(fast);
    Check.same(Check.run(graph, values), Check.run(fast, values), 1e-10);
  }

  /** Makes values from values by operations drawn at random; smooth ones, for the differences. */
  private static final class Maker {
    private final Net net;
    private final Random random;

    Maker(Net net, int seed) {
      this.net = net;
      this.random = new Random(seed);
    }

    Value loss() {
      var pool = new ArrayList<Value>();
      for (int i = 0; i < 3; i++) pool.add(net.param("p" + i, shape(2 + i % 2)));
      grow(pool, 8);
      Optional<Value> lengths = Optional.empty();
      if (random.nextBoolean()) {
        lengths = Optional.of(net.ints("lengths", Tensor.of(new int[] {5, 2, 0}, 3), Net.B));
      }
      Value x = net.param("x", Net.T, lengths.isPresent() ? Net.B : dim(), dim());
      Value init = net.param("h", x.dim(1), x.dim(2));
      Loop loop = new Loop(Net.T, random.nextBoolean(), lengths);
      Loop.Result r =
          loop.run(
              List.of(init),
              List.of(x),
              (k, in) -> {
                var inner = new ArrayList<>(pool);
                inner.add(k.get(0));
                inner.add(in.get(0));
                grow(inner, 12);
                Value next = Ops.tanh(fit(inner.getLast(), init.shape()).plus(k.get(0)));
                Value y = inner.get(inner.size() - 2);
                if (loop.lengths().isPresent()) y = fit(y, init.shape()).times(k.get(0));
                return new Loop.Trip(List.of(next), List.of(y, next));
              });
      pool.addAll(r.carry());
      pool.addAll(r.ys());
      grow(pool, 6);
      Value loss = Ops.constant(0, DType.F64, Shape.SCALAR);
      for (Value v : pool.subList(pool.size() - 5, pool.size())) {
        loss = loss.plus(net.loss(Ops.tanh(v)));
      }
      return loss;
    }

    private void grow(List<Value> pool, int steps) {
      for (int i = 0; i < steps; i++) pool.add(make(pool));
    }

    private Value make(List<Value> pool) {
      // mostly of what is new, so that chains grow
      Value a = pool.get(Math.max(random.nextInt(pool.size()), random.nextInt(pool.size())));
      Value b = pool.get(random.nextInt(pool.size()));
      int axis = random.nextInt(a.rank());
      return switch (random.nextInt(16)) {
        case 0 -> Ops.tanh(a);
        case 1 -> Ops.sigmoid(a).neg();
        case 2 -> a.plus(fit(b, a.shape()));
        case 3 -> a.minus(fit(b, a.shape()).neg());
        case 4 -> Ops.tanh(a).times(fit(b, a.shape()));
        case 5 -> a.plus(random.nextInt(2)).times(random.nextInt(2) + 1);
        case 6 -> a.sum(axis).times(0.5).expand(a.shape());
        case 7 -> a.swap(axis, random.nextInt(a.rank()));
        case 8 -> Ops.concat(axis, List.of(a, fit(b, a.shape()), a));
        case 9 -> numeric(a, axis) ? half(a, axis) : a.unsqueeze(axis).squeeze(axis);
        case 10 -> numeric(a, axis) ? halves(a, axis) : a;
        case 11 -> a.pad(axis, Dim.of(random.nextInt(2)), Dim.ONE);
        case 12 -> Ops.tanh(a.matmul(net.param("w" + a.dim(-1), a.dim(-1), Dim.of(2))));
        case 13 -> Ops.tanh(a.matmul(net.param("v" + a.dim(-1), a.dim(-1), Dim.of(4))));
        case 14 -> a.reshape(Shape.of(a.dim(-1), a.shape().without(a.rank() - 1).size()));
        default -> a.over(fit(b, a.shape()).square().plus(1));
      };
    }

    private boolean numeric(Value a, int axis) {
      return a.dim(axis).isNumber() && a.dim(axis).number() > 1;
    }

    private Value half(Value a, int axis) {
      long n = a.dim(axis).number(), from = random.nextInt((int) n);
      return a.slice(axis, from, from + 1 + random.nextInt((int) (n - from)));
    }

    /** Taken apart and put together again, each part by itself. */
    private Value halves(Value a, int axis) {
      long n = a.dim(axis).number(), at = 1 + random.nextInt((int) n - 1);
      Value left = a.slice(axis, 0, at), right = a.slice(axis, at, n);
      return Ops.concat(axis, List.of(Ops.tanh(left), random.nextBoolean() ? right : right.neg()));
    }

    /** A value made to have a shape: by repeating its sum. */
    private Value fit(Value v, Shape to) {
      if (v.shape().equals(to)) return v;
      Value narrow = v;
      for (int i = 0; i < v.rank(); i++) narrow = narrow.sum(i);
      Shape ones = new Shape(Collections.nCopies(to.rank(), Dim.ONE));
      return Ops.tanh(narrow.reshape(ones)).expand(to);
    }

    private Dim dim() {
      return DIMS.get(random.nextInt(DIMS.size()));
    }

    private Dim[] shape(int rank) {
      return IntStream.range(0, rank).mapToObj(i -> dim()).toArray(Dim[]::new);
    }
  }
}
