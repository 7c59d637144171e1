package recurve.tck;

import static recurve.ir.Ops.concat;
import static recurve.ir.Ops.exp;
import static recurve.ir.Ops.log;
import static recurve.ir.Ops.sigmoid;
import static recurve.ir.Ops.sqrt;
import static recurve.ir.Ops.tanh;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Graphs from a seed, over the symbols T and B.
 *
 * <p>Values stay within a few units and no choice hangs on a computed number, so that rounding
 * differences stay rounding differences.
 */
final class RandomGraphs {
  private static final Dim T = Dim.symbol("T");
  private static final Dim B = Dim.symbol("B");

  private final Random random;
  private final DType dtype;
  private int names;

  RandomGraphs(long seed, DType dtype) {
    this.random = new Random(seed);
    this.dtype = dtype;
  }

  /** A graph whose inputs are whatever its outputs read. */
  private static Graph graph(List<Value> outputs) {
    var named = new LinkedHashMap<String, Value>();
    for (Value v : outputs) named.put("y" + named.size(), v);
    var inputs =
        Graph.nodes(outputs).stream()
            .filter(n -> n.op() instanceof Op.Input)
            .map(n -> n.output())
            .toList();
    return Graph.of(inputs, named);
  }

  private Value input(Shape shape) {
    return Ops.input("a" + names++, dtype, shape);
  }

  private <E> E pick(List<E> from) {
    return from.get(random.nextInt(from.size()));
  }

  // -- element by element

  /** Elementwise operations over values that broadcast to one shape; several outputs. */
  Graph elementwise() {
    Shape shape =
        pick(
            List.of(
                Shape.of(4098),
                Shape.of(207, 13),
                Shape.of(B, Dim.of(13)),
                Shape.of(T, B, Dim.of(6))));
    var leaves = new ArrayList<Value>();
    leaves.add(input(shape));
    leaves.add(input(shape));
    leaves.add(input(Shape.of(shape.dim(-1))).expand(shape));
    leaves.add(input(shape.with(-1, Dim.ONE)).expand(shape));
    leaves.add(input(Shape.SCALAR).expand(shape));
    leaves.add(Ops.range(shape.rank() - 1, dtype, shape).times(1e-3));
    var pool = grow(leaves, 4 + random.nextInt(20));
    Value all = pool.getLast().plus(leaves.get(0)); // the first leaf binds every symbol
    return graph(List.of(all, pick(pool), pick(pool).sum(-1).times(0.01)));
  }

  /** Adds so many values, each made of those before. */
  private List<Value> grow(List<Value> leaves, int count) {
    var pool = new ArrayList<>(leaves);
    for (int i = 0; i < count; i++) {
      pool.add(elementwise(pick(pool), pick(pool), pick(leaves), pick(leaves)));
    }
    return pool;
  }

  /** One operation whose result stays within a few units if its arguments do. */
  private Value elementwise(Value a, Value b, Value leaf, Value other) {
    return switch (random.nextInt(13)) {
      case 0 -> tanh(a.plus(b));
      case 1 -> a.minus(b).times(0.5);
      case 2 -> sigmoid(a).times(b);
      case 3 -> a.over(b.square().plus(1));
      case 4 -> a.max(b);
      case 5 -> tanh(a).times(tanh(b));
      case 6 -> exp(a.min(a.like(1)));
      case 7 -> log(a.square().plus(0.5));
      case 8 -> sqrt(a.square().plus(0.5));
      case 9 -> leaf.less(other).where(a, b);
      case 10 -> leaf.eq(other).where(b, a);
      case 11 -> a.neg();
      default -> sigmoid(a.times(2)).oneMinus(); // the last of thirteen
    };
  }

  // -- shapes

  /** Operations that move elements, with sums and products between them. */
  Graph shapes() {
    var pool = new ArrayList<Value>();
    pool.add(input(Shape.of(T, B, Dim.of(6))));
    pool.add(input(Shape.of(B, Dim.of(4))));
    pool.add(input(Shape.of(Samples.TABLE, 13)));
    pool.add(input(Shape.of(7, 6)));
    for (int i = 0; i < 14; i++) pool.add(moved(pick(pool)));
    return graph(List.of(pool.getLast(), pick(pool), pool.get(pool.size() - 2)));
  }

  private Value moved(Value v) {
    int axis = random.nextInt(v.rank());
    Dim extent = v.dim(axis);
    int rank = v.rank();
    return switch (random.nextInt(12)) {
      case 0 -> {
        var permutation = new ArrayList<Integer>();
        for (int i = 0; i < rank; i++) permutation.add(i);
        Collections.shuffle(permutation, random);
        yield v.transpose(permutation);
      }
      case 1 -> v.reshape(Shape.of(v.shape().size()));
      case 2 -> rank < 4 ? v.unsqueeze(axis) : v.sum(axis).times(0.1);
      case 3 -> v.slice(axis, extent.plus(-1), extent);
      case 4 -> tanh(v).pad(axis, Dim.of(random.nextInt(3)), Dim.of(random.nextInt(3)));
      case 5 -> concat(axis, List.of(v, v.neg())).slice(axis, Dim.of(1), extent.plus(1));
      case 6 -> tanh(v.sum(axis));
      case 7 -> v.maxOver(axis).minus(v);
      case 8 -> {
        if (!v.dim(-1).isNumber() || rank < 2) yield tanh(v);
        Value weight = input(Shape.of(v.dim(-1), Dim.of(pick(List.of(1, 4, 13)))));
        yield tanh(v.matmul(weight).times(0.2));
      }
      case 9 -> {
        Map<String, Long> largest = bindings().get(1);
        if (rank < 2 || v.dim(-2).bind(largest) > 50) yield v.neg(); // its square must stay small
        yield tanh(v.matmul(v.t()).times(0.1));
      }
      case 10 -> {
        if (rank > 2 || !v.dim(0).isNumber() || v.dim(0).number() < Samples.TABLE) yield v.neg();
        yield v.gather(ids(Shape.of(B)));
      }
      default -> { // the last of twelve
        if (rank < 2) yield v.neg();
        yield tanh(v.scatter(ids(Shape.of(v.dim(0))), Dim.of(Samples.TABLE)));
      }
    };
  }

  private Value ids(Shape shape) {
    return Ops.input("ids" + names++, DType.I32, shape);
  }

  // -- loops

  /** Loops one after the other, in either direction, with and without lengths, nested or not. */
  Graph loops() {
    Value x = input(Shape.of(T, B, Dim.of(6)));
    Value memory = input(Shape.of(B, Dim.of(3), Dim.of(6)));
    var outputs = new ArrayList<Value>();
    Optional<Value> lengths =
        random.nextBoolean()
            ? Optional.of(Ops.input("lengths", DType.I32, Shape.of(B)))
            : Optional.empty();
    for (int layer = 0; layer < 2; layer++) {
      var result = loop(new Loop(T, random.nextBoolean(), lengths), x, memory);
      x = result.ys().get(0);
      outputs.addAll(result.carry());
      outputs.addAll(result.ys());
    }
    return graph(outputs);
  }

  private Loop.Result loop(Loop loop, Value x, Value memory) {
    var init = new ArrayList<Value>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      Shape state = Shape.of(B, Dim.of(6));
      init.add(random.nextBoolean() ? input(state) : Ops.constant(0, dtype, state));
    }
    Value weight = input(Shape.of(6, 6)).times(0.3);
    Value bias = input(Shape.of(6));
    boolean nested = random.nextInt(3) == 0;
    boolean attends = random.nextInt(3) == 0;
    return loop.run(
        init,
        List.of(x),
        (carry, step) -> {
          var leaves = new ArrayList<>(carry);
          leaves.add(step.get(0));
          leaves.add(pick(carry).matmul(weight).plus(step.get(0)).plus(bias));
          leaves.add(step.get(0).matmul(weight));
          if (nested) leaves.add(within(carry.get(0), step.get(0), memory));
          if (attends) leaves.add(attention(carry.get(0), memory));
          var pool = grow(leaves, 3 + random.nextInt(8));
          var next = new ArrayList<Value>();
          for (int i = 0; i < carry.size(); i++) next.add(tanh(pool.get(pool.size() - 1 - i)));
          return new Loop.Trip(next, List.of(pool.getLast(), pick(pool).slice(1, 2, 5)));
        });
  }

  /** A loop over the memory inside a step of the outer loop. */
  private Value within(Value h, Value x, Value memory) {
    Value slots = memory.swap(0, 1); // [3, B, 6]
    var inner =
        new Loop(Dim.of(3), random.nextBoolean(), Optional.empty())
            .run(
                List.of(h),
                List.of(slots),
                (c, m) -> {
                  Value next = tanh(c.get(0).plus(m.get(0)).minus(x));
                  return new Loop.Trip(List.of(next), List.of(next.times(m.get(0))));
                });
    return tanh(inner.carry().get(0).plus(inner.ys().get(0).sum(0).squeeze(0)));
  }

  /** A weighted mean of the memory, the weights by its product with the state. */
  private static Value attention(Value h, Value memory) {
    Value weights = Ops.softmax(memory.matmul(h.unsqueeze(2)), 1); // [B, 3, 1]
    return weights.swap(1, 2).matmul(memory).squeeze(1);
  }

  /** The bindings that a graph over T and B is run with: up, down, and back. */
  static List<Map<String, Long>> bindings() {
    return List.of(
        Map.of("T", 3L, "B", 2L),
        Map.of("T", 7L, "B", 13L),
        Map.of("T", 1L, "B", 1L),
        Map.of("T", 3L, "B", 2L));
  }
}
