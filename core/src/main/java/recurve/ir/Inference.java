package recurve.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The types that an operation yields, and the rules its arguments must keep. */
final class Inference {
  private final Op op;
  private final List<Value> in;
  private final Origin origin;

  private Inference(Op op, List<Value> in, Origin origin) {
    this.op = op;
    this.in = in;
    this.origin = origin;
  }

  static List<Type> types(Op op, List<Value> in, Origin origin) {
    return new Inference(op, in, origin).types();
  }

  private List<Type> types() {
    return switch (op) {
      case Op.Input(String name, Type type) -> arity(0, type);
      case Op.Constant(double value, Type type) -> arity(0, type);
      case Op.Range(int axis, Type type) -> {
        axis(axis, type.shape());
        require(type.dtype() != DType.BOOL, "its result cannot be BOOL");
        yield arity(0, type);
      }
      case Op.RandomUniform(int stream, Type type) -> {
        List<Type> result = arity(1, type);
        require(type.dtype().isFloat(), "its result must be floating point");
        require(type(0).equals(new Type(DType.I32, Shape.of(3))), "its key must be i32[3]");
        yield result;
      }
      case Op.Unary u -> {
        List<Type> result = arity(1);
        boolean ok = type(0).dtype().isFloat() || (u == Op.Unary.NEG && isI32(0));
        require(ok || u == Op.Unary.STOP_GRADIENT, "its argument must be floating point");
        yield result;
      }
      case Op.Cast(DType to) -> {
        arity(1);
        yield List.of(new Type(to, shape(0)));
      }
      case Op.Binary b -> {
        arity(2);
        require(type(0).equals(type(1)), "its arguments must have one type");
        require(type(0).dtype() != DType.BOOL, "its arguments cannot be BOOL");
        yield List.of(b.isComparison() ? new Type(DType.BOOL, shape(0)) : type(0));
      }
      case Op.Where() -> {
        arity(3);
        require(type(0).dtype() == DType.BOOL, "its condition must be BOOL");
        require(type(1).equals(type(2)), "its choices must have one type");
        require(shape(0).equals(shape(1)), "its condition must have the choices' shape");
        yield List.of(type(1));
      }
      case Op.MatMul() -> List.of(matMul());
      case Op.ReduceSum(int axis) -> List.of(reduce(axis));
      case Op.ReduceMax(int axis) -> List.of(reduce(axis));
      case Op.Reshape(Shape to) -> {
        arity(1);
        require(shape(0).size().equals(to.size()), "cannot become " + to + ": another size");
        yield List.of(new Type(type(0).dtype(), to));
      }
      case Op.Transpose(List<Integer> permutation) -> {
        arity(1);
        var seen = new boolean[shape(0).rank()];
        for (int axis : permutation) {
          axis(axis, shape(0));
          require(!seen[axis], "axis " + axis + " stands twice in the permutation");
          seen[axis] = true;
        }
        require(permutation.size() == seen.length, "the permutation must name every axis");
        List<Dim> dims = permutation.stream().map(a -> shape(0).dims().get(a)).toList();
        yield List.of(new Type(type(0).dtype(), new Shape(dims)));
      }
      case Op.Expand(Shape to) -> {
        arity(1);
        require(shape(0).rank() == to.rank(), "cannot expand to " + to + ": another rank");
        for (int i = 0; i < to.rank(); i++) {
          Dim from = shape(0).dim(i);
          require(from.is(1) || from.equals(to.dim(i)), "cannot expand to " + to);
        }
        yield List.of(new Type(type(0).dtype(), to));
      }
      case Op.Concat(int axis) -> List.of(concat(axis));
      case Op.Slice(int axis, Dim from, Dim to) -> {
        arity(1);
        axis(axis, shape(0));
        Dim extent = to.minus(from);
        if (extent.isNumber()) require(extent.number() >= 0, "slice from " + from + " to " + to);
        if (from.isNumber()) require(from.number() >= 0, "slice starts at " + from);
        Dim rest = shape(0).dim(axis).minus(to);
        if (rest.isNumber()) require(rest.number() >= 0, "slice ends at " + to + ", past the end");
        yield List.of(new Type(type(0).dtype(), shape(0).with(axis, extent)));
      }
      case Op.Pad(int axis, Dim before, Dim after) -> {
        arity(1);
        axis(axis, shape(0));
        Dim extent = shape(0).dim(axis).plus(before).plus(after);
        yield List.of(new Type(type(0).dtype(), shape(0).with(axis, extent)));
      }
      case Op.Gather() -> {
        arity(2);
        require(isI32(1), "its ids must be I32");
        require(shape(0).rank() >= 1, "its table must have an axis");
        var dims = new ArrayList<>(shape(1).dims());
        dims.addAll(shape(0).dims().subList(1, shape(0).rank()));
        yield List.of(new Type(type(0).dtype(), new Shape(dims)));
      }
      case Op.ScatterND(Dim rows) -> {
        arity(2);
        require(isI32(1), "its ids must be I32");
        int ids = shape(1).rank();
        require(
            shape(0).rank() >= ids && shape(0).dims().subList(0, ids).equals(shape(1).dims()),
            "its updates must begin with the shape of the ids");
        var dims = new ArrayList<Dim>();
        dims.add(rows);
        dims.addAll(shape(0).dims().subList(ids, shape(0).rank()));
        yield List.of(new Type(type(0).dtype(), new Shape(dims)));
      }
      case Op.Scan scan -> scan(scan);
    };
  }

  private Type matMul() {
    arity(2);
    int a = shape(0).rank(), b = shape(1).rank();
    require(type(0).dtype().isFloat() && type(0).dtype() == type(1).dtype(), "needs floats alike");
    require(a >= 2 && b >= 2, "needs at least two axes on each side");
    require(shape(0).dim(-1).equals(shape(1).dim(-2)), "inner extents differ");
    boolean batched = shape(0).dims().subList(0, a - 2).equals(shape(1).dims().subList(0, b - 2));
    require(batched || b == 2, "leading extents differ");
    return new Type(type(0).dtype(), shape(0).with(-1, shape(1).dim(-1)));
  }

  private Type reduce(int axis) {
    arity(1);
    axis(axis, shape(0));
    require(type(0).dtype() != DType.BOOL, "its argument cannot be BOOL");
    return new Type(type(0).dtype(), shape(0).with(axis, Dim.ONE));
  }

  private Type concat(int axis) {
    require(!in.isEmpty(), "needs arguments");
    axis(axis, shape(0));
    Dim extent = Dim.ZERO;
    for (Value v : in) {
      require(v.dtype() == type(0).dtype(), "its arguments must have one element type");
      require(v.rank() == shape(0).rank(), "its arguments must have one rank");
      require(v.shape().with(axis, Dim.ONE).equals(shape(0).with(axis, Dim.ONE)), "extents differ");
      extent = extent.plus(v.shape().dim(axis));
    }
    return new Type(type(0).dtype(), shape(0).with(axis, extent));
  }

  private List<Type> scan(Op.Scan s) {
    int args = s.body().inputs().size();
    require(in.size() == args + (s.lengths() ? 1 : 0), "needs " + args + " arguments");
    for (int i = 0; i < args; i++) {
      Type inner = s.body().inputs().get(i).type();
      boolean sequence = i >= s.consts() + s.carries();
      Type outer = sequence ? stacked(s, inner) : inner;
      require(type(i).equals(outer), "argument " + i + " is " + type(i) + ", not " + outer);
    }
    var types = new ArrayList<Type>();
    for (int i = 0; i < s.body().outputs().size(); i++) {
      Type inner = s.body().outputs().get(i).type();
      if (i < s.carries()) {
        Type state = s.body().inputs().get(s.consts() + i).type();
        require(inner.equals(state), "carry " + i + " is " + state + " but becomes " + inner);
        types.add(inner);
      } else {
        types.add(stacked(s, inner));
      }
    }
    if (s.lengths()) {
      Type lengths = type(args);
      require(
          lengths.dtype() == DType.I32 && lengths.shape().rank() == 1, "lengths must be I32 [B]");
      Dim batch = lengths.shape().dim(0);
      for (int i = s.consts(); i < args; i++) leads(s.body().inputs().get(i), batch);
      for (Value v : s.body().outputs()) leads(v, batch);
    }
    return types;
  }

  private void leads(Value v, Dim batch) {
    require(v.rank() > 0 && v.shape().dim(0).equals(batch), v.type() + " must lead with " + batch);
  }

  private static Type stacked(Op.Scan s, Type step) {
    return new Type(step.dtype(), step.shape().insert(0, s.length()));
  }

  private List<Type> arity(int n, Type result) {
    require(in.size() == n, "needs " + n + " arguments, not " + in.size());
    return List.of(result);
  }

  private List<Type> arity(int n) {
    require(in.size() == n, "needs " + n + " arguments, not " + in.size());
    return List.of(type(0));
  }

  private void axis(int axis, Shape shape) {
    require(axis >= 0 && axis < shape.rank(), "no axis " + axis + " in " + shape);
  }

  private Type type(int i) {
    return in.get(i).type();
  }

  private Shape shape(int i) {
    return type(i).shape();
  }

  private boolean isI32(int i) {
    return type(i).dtype() == DType.I32;
  }

  private void require(boolean holds, String rule) {
    if (holds) return;
    String args = in.stream().map(v -> v.type().toString()).collect(Collectors.joining(", "));
    throw new ShapeException(op.title() + "(" + args + "): " + rule + origin.suffix());
  }
}
