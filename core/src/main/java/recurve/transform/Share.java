package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Type;
import recurve.ir.Value;

/**
 * Sharing: equal operations on equal arguments are one, after each was simplified.
 *
 * <pre>
 *   x + 0 = x    x * 1 = x    -(-x) = x    a + (-b) = a - b
 *   a shape operation of a shape operation is one, and of a constant is a constant
 *   the slice of a join is a join of fewer; the join of neighbouring slices is their slice
 *   padded neighbours, added up, are joined and padded
 *   joins and arithmetic of repeated or transposed values are done before repeating or transposing
 * </pre>
 *
 * <p>{@code 0 * x} stays: x may be infinite. {@link Op.Unary#STOP_GRADIENT} goes, so this is for
 * graphs whose gradient has been taken.
 */
final class Share {
  private record Key(Op op, List<Value> args) {}

  private final Map<Key, Node> seen = new HashMap<>();

  private Share() {}

  static Graph apply(Graph g) {
    var share = new Share();
    return Walk.nodes(
        g,
        (n, args) -> {
          if (n.op() instanceof Op.Scan s) {
            return n.with(Walk.with(s, apply(s.body())), args).outputs();
          }
          return List.of(share.make(n, n.op(), args));
        });
  }

  /** An operation in a node's place: simplified, and shared with an equal one. */
  private Value make(Node n, Op op, List<Value> args) {
    Optional<Value> simpler = simplify(n, op, args);
    if (simpler.isPresent()) return simpler.get();
    boolean same = op.equals(n.op()) && args.equals(n.inputs());
    return seen.computeIfAbsent(new Key(op, args), k -> same ? n : n.with(op, args)).output();
  }

  private Optional<Value> simplify(Node n, Op op, List<Value> in) {
    return switch (op) {
      case Op.Unary u -> unary(n, u, in.get(0));
      case Op.Binary b -> binary(n, b, in.get(0), in.get(1));
      case Op.Cast(DType to) -> in.get(0).dtype() == to ? Optional.of(in.get(0)) : Optional.empty();
      case Op.Where w -> in.get(1).equals(in.get(2)) ? Optional.of(in.get(1)) : Optional.empty();
      case Op.ReduceSum(int axis) ->
          in.get(0).dim(axis).is(1) ? Optional.of(in.get(0)) : Optional.empty();
      case Op.ReduceMax(int axis) ->
          in.get(0).dim(axis).is(1) ? Optional.of(in.get(0)) : Optional.empty();
      case Op.Reshape(Shape to) -> reshape(n, in.get(0), to);
      case Op.Transpose(List<Integer> p) -> transpose(n, in.get(0), p);
      case Op.Expand(Shape to) -> expand(n, in.get(0), to);
      case Op.Concat(int axis) -> concat(n, in, axis);
      case Op.Slice(int axis, Dim from, Dim to) -> slice(n, in.get(0), axis, from, to);
      case Op.Pad(int axis, Dim before, Dim after) -> pad(n, in.get(0), before, after);
      case Op.MatMul m -> Optional.empty();
      case Op.Gather g -> Optional.empty();
      case Op.ScatterND s -> Optional.empty();
      case Op.RandomUniform r -> Optional.empty();
      case Op.Constant c -> Optional.empty();
      case Op.Range r -> Optional.empty();
      case Op.Input i -> Optional.empty();
      case Op.Scan s -> Optional.empty();
    };
  }

  // -- arithmetic

  private Optional<Value> unary(Node n, Op.Unary op, Value x) {
    if (op == Op.Unary.STOP_GRADIENT) return Optional.of(x);
    if (op == Op.Unary.NEG && x.op() == Op.Unary.NEG) return Optional.of(x.node().input(0));
    if (op == Op.Unary.NEG && x.op() instanceof Op.Constant(double value, Type type)) {
      return Optional.of(constant(n, -value, type.shape()));
    }
    if (x.op() instanceof Op.Expand(Shape to)) {
      return Optional.of(repeated(n, make(n, op, x.node().inputs()), to));
    }
    return Optional.empty();
  }

  private Optional<Value> binary(Node n, Op.Binary op, Value a, Value b) {
    Optional<Value> neutral =
        switch (op) {
          case ADD -> {
            if (isConstant(a, 0)) yield Optional.of(b);
            if (isConstant(b, 0)) yield Optional.of(a);
            if (b.op() == Op.Unary.NEG) yield Optional.of(sub(n, a, b.node().input(0)));
            if (a.op() == Op.Unary.NEG) yield Optional.of(sub(n, b, a.node().input(0)));
            yield addPadded(n, a, b);
          }
          case SUB -> {
            if (isConstant(b, 0)) yield Optional.of(a);
            if (isConstant(a, 0)) yield Optional.of(make(n, Op.Unary.NEG, List.of(b)));
            if (b.op() != Op.Unary.NEG) yield Optional.empty();
            yield Optional.of(make(n, Op.Binary.ADD, List.of(a, b.node().input(0))));
          }
          case MUL -> {
            if (isConstant(a, 1)) yield Optional.of(b);
            yield isConstant(b, 1) ? Optional.of(a) : Optional.empty();
          }
          case DIV -> isConstant(b, 1) ? Optional.of(a) : Optional.empty();
          case MAX, LESS, EQUAL -> Optional.empty();
        };
    if (neutral.isPresent()) return neutral;
    if (a.op() instanceof Op.Constant(double x, Type type)
        && b.op() instanceof Op.Constant(double y, Type same)
        && type.dtype().isFloat()
        && !op.isComparison()) {
      return Optional.of(constant(n, fold(op, x, y, type.dtype()), type.shape()));
    }
    return beforeRepeating(n, op, a, b);
  }

  private Value sub(Node n, Value a, Value b) {
    return make(n, Op.Binary.SUB, List.of(a, b));
  }

  private static double fold(Op.Binary op, double x, double y, DType dtype) {
    boolean single = dtype == DType.F32;
    double a = single ? (float) x : x, b = single ? (float) y : y;
    double r =
        switch (op) {
          case ADD -> a + b;
          case SUB -> a - b;
          case MUL -> a * b;
          case DIV -> a / b;
          case MAX -> Math.max(a, b);
          case LESS, EQUAL -> throw new IllegalArgumentException(op + " yields a truth value");
        };
    return single ? (float) r : r;
  }

  /** {@code f(expand a, expand b) = expand f(a, b)}, where both repeat along the same axes. */
  private Optional<Value> beforeRepeating(Node n, Op.Binary op, Value a, Value b) {
    Value x = a.op() instanceof Op.Expand ? a.node().input(0) : a;
    Value y = b.op() instanceof Op.Expand ? b.node().input(0) : b;
    if (x.equals(a) && y.equals(b)) return Optional.empty();
    if (x.equals(a) && a.op() instanceof Op.Constant c) x = constant(n, c.value(), y, a.dtype());
    if (y.equals(b) && b.op() instanceof Op.Constant c) y = constant(n, c.value(), x, b.dtype());
    if (!x.shape().equals(y.shape())) return Optional.empty();
    return Optional.of(repeated(n, make(n, op, List.of(x, y)), a.shape()));
  }

  private Value constant(Node n, double value, Value like, DType dtype) {
    return make(n, new Op.Constant(value, new Type(dtype, like.shape())), List.of());
  }

  /** Gradients of neighbouring slices: {@code pad a + pad b = pad [a b]}. */
  private Optional<Value> addPadded(Node n, Value a, Value b) {
    if (!(b.op() instanceof Op.Pad(int axis, Dim before, Dim after))) return Optional.empty();
    if (a.op() == Op.Binary.ADD && a.node().input(1).op() instanceof Op.Pad) {
      Optional<Value> inner = addPadded(n, a.node().input(1), b);
      return inner.map(v -> make(n, Op.Binary.ADD, List.of(a.node().input(0), v)));
    }
    if (!(a.op() instanceof Op.Pad(int other, Dim front, Dim back)) || other != axis) {
      return Optional.empty();
    }
    Value x = a.node().input(0), y = b.node().input(0);
    if (front.plus(x.dim(axis)).equals(before))
      return Optional.of(joinPad(n, axis, x, y, front, after));
    if (before.plus(y.dim(axis)).equals(front))
      return Optional.of(joinPad(n, axis, y, x, before, back));
    return Optional.empty();
  }

  private Value joinPad(Node n, int axis, Value x, Value y, Dim before, Dim after) {
    Value joined = make(n, new Op.Concat(axis), List.of(x, y));
    return make(n, new Op.Pad(axis, before, after), List.of(joined));
  }

  // -- shape

  private Optional<Value> reshape(Node n, Value x, Shape to) {
    if (x.shape().equals(to)) return Optional.of(x);
    return switch (x.op()) {
      case Op.Constant c -> Optional.of(constant(n, c.value(), new Type(x.dtype(), to)));
      case Op.Reshape r -> Optional.of(make(n, new Op.Reshape(to), x.node().inputs()));
      case Op.Expand(Shape wide) -> {
        Value narrow = x.node().input(0);
        yield Units.follow(wide, narrow.shape(), to)
            .map(s -> repeated(n, make(n, new Op.Reshape(s), List.of(narrow)), to));
      }
      case Op.Slice(int axis, Dim from, Dim end) -> {
        Value whole = x.node().input(0);
        yield Units.kept(x.shape(), axis, to)
            .map(
                a -> {
                  var wide = new Op.Reshape(to.with(a, whole.dim(axis)));
                  Value reshaped = make(n, wide, List.of(whole));
                  return make(n, new Op.Slice(a, from, end), List.of(reshaped));
                });
      }
      default -> Optional.empty(); // stays as it is
    };
  }

  private Value constant(Node n, double value, Type type) {
    return make(n, new Op.Constant(value, type), List.of());
  }

  private Value constant(Node n, double value, Shape shape) {
    return constant(n, value, new Type(n.output().dtype(), shape));
  }

  private Optional<Value> transpose(Node n, Value x, List<Integer> p) {
    boolean identity = true;
    for (int i = 0; i < p.size(); i++) identity &= p.get(i) == i;
    if (identity) return Optional.of(x);
    return switch (x.op()) {
      case Op.Constant c -> Optional.of(constant(n, c.value(), permuted(x, p)));
      case Op.Transpose(List<Integer> q) ->
          Optional.of(
              make(n, new Op.Transpose(p.stream().map(q::get).toList()), x.node().inputs()));
      case Op.Expand e -> {
        Value narrow = make(n, new Op.Transpose(p), x.node().inputs());
        yield Optional.of(repeated(n, narrow, permuted(x, p).shape()));
      }
      default -> Optional.empty(); // stays as it is
    };
  }

  private static Type permuted(Value x, List<Integer> p) {
    return new Type(x.dtype(), new Shape(p.stream().map(x::dim).toList()));
  }

  private Optional<Value> expand(Node n, Value x, Shape to) {
    if (x.shape().equals(to)) return Optional.of(x);
    return switch (x.op()) {
      case Op.Constant c -> Optional.of(constant(n, c.value(), new Type(x.dtype(), to)));
      case Op.Expand e -> Optional.of(repeated(n, x.node().input(0), to));
      default -> Optional.empty(); // stays as it is
    };
  }

  private Value repeated(Node n, Value x, Shape to) {
    return make(n, new Op.Expand(to), List.of(x));
  }

  private Optional<Value> slice(Node n, Value x, int axis, Dim from, Dim to) {
    if (from.is(0) && to.equals(x.dim(axis))) return Optional.of(x);
    return switch (x.op()) {
      case Op.Constant c ->
          Optional.of(
              constant(n, c.value(), new Type(x.dtype(), x.shape().with(axis, to.minus(from)))));
      case Op.Slice(int other, Dim start, Dim end) -> {
        if (other != axis) yield Optional.empty();
        var op = new Op.Slice(axis, start.plus(from), start.plus(to));
        yield Optional.of(make(n, op, x.node().inputs()));
      }
      case Op.Concat(int other) when other == axis -> sliceOfJoin(n, x.node(), axis, from, to);
      case Op.Pad(int other, Dim before, Dim after) when other == axis -> {
        Value inner = x.node().input(0);
        boolean all = from.equals(before) && to.minus(from).equals(inner.dim(axis));
        yield all ? Optional.of(inner) : Optional.empty();
      }
      case Op.Transpose(List<Integer> p) -> {
        Value cut = make(n, new Op.Slice(p.get(axis), from, to), x.node().inputs());
        yield Optional.of(make(n, new Op.Transpose(p), List.of(cut)));
      }
      case Op.Expand(Shape wide) -> {
        Value narrow = x.node().input(0);
        boolean repeats = !narrow.dim(axis).equals(wide.dim(axis));
        Value cut = repeats ? narrow : make(n, new Op.Slice(axis, from, to), List.of(narrow));
        yield Optional.of(repeated(n, cut, wide.with(axis, to.minus(from))));
      }
      default -> Optional.empty(); // stays as it is
    };
  }

  private Optional<Value> sliceOfJoin(Node n, Node join, int axis, Dim from, Dim to) {
    var parts = new ArrayList<Value>();
    Dim at = Dim.ZERO;
    boolean inside = false;
    for (Value v : join.inputs()) {
      Dim end = at.plus(v.dim(axis));
      if (at.equals(from)) inside = true;
      if (inside) parts.add(v);
      if (end.equals(to) && inside) return Optional.of(make(n, new Op.Concat(axis), parts));
      if (isWithin(at, from, to, end)) {
        var op = new Op.Slice(axis, from.minus(at), to.minus(at));
        return Optional.of(make(n, op, List.of(v)));
      }
      at = end;
    }
    return Optional.empty();
  }

  /** Whether {@code at <= from} and {@code to <= end} for every binding. */
  private static boolean isWithin(Dim at, Dim from, Dim to, Dim end) {
    Dim before = from.minus(at), after = end.minus(to);
    return before.isNumber() && before.number() >= 0 && after.isNumber() && after.number() >= 0;
  }

  private Optional<Value> concat(Node n, List<Value> in, int axis) {
    var parts = new ArrayList<Value>();
    for (Value v : in) {
      List<Value> flat =
          v.op() instanceof Op.Concat(int other) && other == axis ? v.node().inputs() : List.of(v);
      for (Value part : flat) {
        Optional<Value> joined =
            parts.isEmpty() ? Optional.empty() : joinNeighbours(n, parts.getLast(), part, axis);
        if (joined.isPresent()) parts.set(parts.size() - 1, joined.get());
        else parts.add(part);
      }
    }
    if (parts.size() == 1) return Optional.of(parts.get(0));
    Optional<Value> turned = joinBeforeTransposing(n, parts, axis);
    if (turned.isPresent()) return turned;
    Optional<Value> narrow = joinBeforeRepeating(n, parts, axis);
    if (narrow.isPresent()) return narrow;
    return parts.equals(in) ? Optional.empty() : Optional.of(make(n, new Op.Concat(axis), parts));
  }

  private Optional<Value> joinNeighbours(Node n, Value a, Value b, int axis) {
    if (a.op() instanceof Op.Slice(int x, Dim from, Dim middle)
        && b.op() instanceof Op.Slice(int y, Dim again, Dim to)
        && x == axis
        && y == axis
        && middle.equals(again)
        && a.node().input(0).equals(b.node().input(0))) {
      return Optional.of(make(n, new Op.Slice(axis, from, to), a.node().inputs()));
    }
    if (a.op() instanceof Op.Constant(double u, Type type)
        && b.op() instanceof Op.Constant(double v, Type other)
        && Double.compare(u, v) == 0) {
      Shape shape = type.shape().with(axis, a.dim(axis).plus(b.dim(axis)));
      return Optional.of(constant(n, u, new Type(type.dtype(), shape)));
    }
    return Optional.empty();
  }

  private Optional<Value> joinBeforeTransposing(Node n, List<Value> parts, int axis) {
    if (!(parts.get(0).op() instanceof Op.Transpose(List<Integer> p))) return Optional.empty();
    if (!parts.stream().allMatch(v -> v.op().equals(parts.get(0).op()))) return Optional.empty();
    List<Value> args = parts.stream().map(v -> v.node().input(0)).toList();
    Value joined = make(n, new Op.Concat(p.get(axis)), args);
    return Optional.of(make(n, new Op.Transpose(p), List.of(joined)));
  }

  private Optional<Value> joinBeforeRepeating(Node n, List<Value> parts, int axis) {
    if (!parts.stream().allMatch(v -> v.op() instanceof Op.Expand)) return Optional.empty();
    List<Value> args = parts.stream().map(v -> v.node().input(0)).toList();
    Shape first = args.get(0).shape().with(axis, Dim.ONE);
    Dim extent = Dim.ZERO;
    for (int i = 0; i < parts.size(); i++) {
      Value x = args.get(i);
      if (!x.dim(axis).equals(parts.get(i).dim(axis))) return Optional.empty();
      if (!x.shape().with(axis, Dim.ONE).equals(first)) return Optional.empty();
      extent = extent.plus(x.dim(axis));
    }
    Shape to = parts.get(0).shape().with(axis, extent);
    return Optional.of(repeated(n, make(n, new Op.Concat(axis), args), to));
  }

  private Optional<Value> pad(Node n, Value x, Dim before, Dim after) {
    if (before.is(0) && after.is(0)) return Optional.of(x);
    if (!isConstant(x, 0)) return Optional.empty();
    return Optional.of(constant(n, 0, n.output().type()));
  }

  private static boolean isConstant(Value v, double number) {
    return v.op() instanceof Op.Constant c && c.value() == number;
  }
}
