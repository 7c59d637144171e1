package recurve.backend;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.ShapeException;
import recurve.ir.Type;
import recurve.ir.Value;

/**
 * What every operation means, for one binding of the symbolic dimensions.
 *
 * <p>Elements of any type are held as doubles, which all of them fit: F32 and I32 exactly, BOOL as
 * one and zero. An operation computes in double and rounds its result to its type.
 */
final class Interpreter {
  private final Map<String, Long> binding;
  private final Map<Value, int[]> dims = new IdentityHashMap<>();

  Interpreter(Map<String, Long> binding) {
    this.binding = binding;
  }

  /** This one if it is for the binding, else one that is. */
  Interpreter bind(Map<String, Long> other) {
    return other.equals(binding) ? this : new Interpreter(other);
  }

  /** A graph with its nodes in order, and those of the loops within, found once. */
  record Block(
      Graph graph,
      List<Node> nodes,
      Map<Node, Block> bodies,
      Constants constants,
      WeightType weights) {
    static Block of(Graph graph, Constants constants, WeightType weights) {
      var bodies = new HashMap<Node, Block>();
      List<Node> nodes = graph.nodes();
      for (Node n : nodes) {
        if (n.op() instanceof Op.Scan scan) bodies.put(n, of(scan.body(), constants, weights));
      }
      return new Block(graph, nodes, bodies, constants, weights);
    }
  }

  /** The outputs of a graph for some arguments. */
  List<double[]> run(Block block, List<double[]> arguments) {
    var env = new HashMap<Value, double[]>();
    List<Value> inputs = block.graph().inputs();
    for (int i = 0; i < inputs.size(); i++) env.put(inputs.get(i), arguments.get(i));
    for (Node n : block.nodes()) {
      if (n.op() instanceof Op.Input) continue;
      var args = new ArrayList<double[]>(n.inputs().size());
      for (Value v : n.inputs()) args.add(env.get(v));
      if (block.weights() != WeightType.F32 && block.constants().isWeighted(n)) {
        args.set(1, rounded(args.get(1), dims(n.input(1)), block.weights()));
      }
      List<double[]> results =
          n.op() instanceof Op.Scan scan
              ? scan(scan, requireNonNull(block.bodies().get(n)), n, args)
              : List.of(apply(n, args));
      for (int i = 0; i < results.size(); i++) env.put(n.outputs().get(i), results.get(i));
    }
    return block.graph().outputs().stream().map(env::get).toList();
  }

  private static double[] rounded(double[] weight, int[] dims, WeightType type) {
    float[] floats = new float[weight.length];
    for (int i = 0; i < floats.length; i++) floats[i] = (float) weight[i]; // exact: it is of F32
    type.round(floats, dims[0], dims[1]);
    double[] r = new double[floats.length];
    for (int i = 0; i < r.length; i++) r[i] = floats[i];
    return r;
  }

  /** The extents of a value under the binding. */
  int[] dims(Value v) {
    return dims.computeIfAbsent(
        v,
        k -> {
          long[] bound = k.shape().bind(binding);
          long size = 1;
          for (long d : bound) {
            if (d < 0) throw new ShapeException(k + " has a negative extent: " + at(k));
            size = Math.multiplyExact(size, d);
            if (size > Integer.MAX_VALUE) throw new ShapeException(k + " is too large: " + at(k));
          }
          return Arrays.stream(bound).mapToInt(Math::toIntExact).toArray();
        });
  }

  private String at(Value v) {
    return v.shape() + " where " + binding;
  }

  private int bind(Dim dim) {
    return Math.toIntExact(dim.bind(binding));
  }

  // -- one operation

  private double[] apply(Node n, List<double[]> args) {
    Value y = n.output();
    int[] to = dims(y);
    var r = new double[size(to)];
    switch (n.op()) {
      case Op.Input input -> throw new ShapeException("input '" + input.name() + "' is not bound");
      case Op.Constant(double value, Type type) -> Arrays.fill(r, cast(value, type.dtype()));
      case Op.Range(int axis, Type type) -> {
        int inner = inner(to, axis);
        for (int i = 0; i < r.length; i++) r[i] = round(i / inner % to[axis], type.dtype());
      }
      case Op.RandomUniform(int stream, Type type) -> {
        double[] key = args.get(0);
        for (int i = 0; i < r.length; i++) {
          r[i] = Philox.uniform((int) key[0], (int) key[1], stream, (int) key[2], i);
        }
      }
      case Op.Unary op -> {
        double[] a = args.get(0);
        DoubleUnaryOperator f = unary(op);
        for (int i = 0; i < r.length; i++) r[i] = round(f.applyAsDouble(a[i]), y.dtype());
      }
      case Op.Cast(DType type) -> {
        double[] a = args.get(0);
        for (int i = 0; i < r.length; i++) r[i] = cast(a[i], type);
      }
      case Op.Binary op -> {
        double[] a = args.get(0), b = args.get(1);
        boolean integer = n.input(0).dtype() == DType.I32;
        for (int i = 0; i < r.length; i++) {
          double exact = integer ? integer(op, (int) a[i], (int) b[i]) : real(op, a[i], b[i]);
          r[i] = round(exact, y.dtype());
        }
      }
      case Op.Where() -> {
        double[] condition = args.get(0), a = args.get(1), b = args.get(2);
        for (int i = 0; i < r.length; i++) r[i] = condition[i] != 0 ? a[i] : b[i];
      }
      case Op.MatMul() -> {
        matMul(args.get(0), args.get(1), dims(n.input(0)), dims(n.input(1)), r);
        roundAll(r, y.dtype());
      }
      case Op.ReduceSum(int axis) -> {
        int[] from = dims(n.input(0));
        double[] a = args.get(0);
        int inner = inner(from, axis);
        for (int i = 0; i < a.length; i++) r[reduced(i, from[axis], inner)] += a[i];
        roundAll(r, y.dtype());
      }
      case Op.ReduceMax(int axis) -> {
        int[] from = dims(n.input(0));
        double[] a = args.get(0);
        int inner = inner(from, axis);
        boolean integer = y.dtype() == DType.I32;
        Arrays.fill(r, integer ? Integer.MIN_VALUE : Double.NEGATIVE_INFINITY);
        for (int i = 0; i < a.length; i++) {
          int at = reduced(i, from[axis], inner);
          r[at] = Math.max(r[at], a[i]);
        }
      }
      case Op.Reshape reshape -> System.arraycopy(args.get(0), 0, r, 0, r.length);
      case Op.Transpose(List<Integer> permutation) -> {
        int[] from = strides(dims(n.input(0)));
        int[] strides = permutation.stream().mapToInt(axis -> from[axis]).toArray();
        strided(args.get(0), strides, to, r);
      }
      case Op.Expand expand -> {
        int[] from = dims(n.input(0));
        int[] strides = strides(from);
        for (int i = 0; i < to.length; i++) if (from[i] == 1) strides[i] = 0;
        strided(args.get(0), strides, to, r);
      }
      case Op.Concat(int axis) -> {
        int inner = inner(to, axis);
        int start = 0;
        for (int i = 0; i < args.size(); i++) {
          int extent = dims(n.input(i))[axis];
          copyRows(args.get(i), 0, extent, r, start, to[axis], extent, inner);
          start += extent;
        }
      }
      case Op.Slice(int axis, Dim from, Dim end) -> {
        int extent = dims(n.input(0))[axis];
        if (bind(from) < 0 || bind(end) > extent) {
          throw new ShapeException(n + " takes " + bind(from) + ".." + bind(end) + " of " + extent);
        }
        copyRows(args.get(0), bind(from), extent, r, 0, to[axis], to[axis], inner(to, axis));
      }
      case Op.Pad(int axis, Dim before, Dim after) -> {
        int extent = dims(n.input(0))[axis];
        if (bind(before) < 0 || bind(after) < 0) {
          throw new ShapeException(n + " pads by " + bind(before) + " and " + bind(after));
        }
        copyRows(args.get(0), 0, extent, r, bind(before), to[axis], extent, inner(to, axis));
      }
      case Op.Gather() -> {
        double[] table = args.get(0), ids = args.get(1);
        int width = ids.length == 0 ? 0 : r.length / ids.length;
        for (int i = 0; i < ids.length; i++) {
          int row = row(ids[i], dims(n.input(0))[0], n);
          System.arraycopy(table, row * width, r, i * width, width);
        }
      }
      case Op.ScatterND scatter -> {
        double[] updates = args.get(0), ids = args.get(1);
        int width = ids.length == 0 ? 0 : updates.length / ids.length;
        for (int i = 0; i < ids.length; i++) {
          int row = row(ids[i], to[0], n);
          for (int j = 0; j < width; j++) r[row * width + j] += updates[i * width + j];
        }
        roundAll(r, y.dtype());
      }
      case Op.Scan scan ->
          throw new IllegalStateException("a loop yields several values; see scan()");
    }
    return r;
  }

  private static DoubleUnaryOperator unary(Op.Unary op) {
    return switch (op) {
      case NEG -> x -> -x;
      case EXP -> Math::exp;
      case LOG -> Math::log;
      case SQRT -> Math::sqrt;
      case TANH -> Math::tanh;
      case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
      case STOP_GRADIENT -> x -> x;
    };
  }

  private static double real(Op.Binary op, double a, double b) {
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAX -> Math.max(a, b); // not a number if either is not
      case LESS -> a < b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
    };
  }

  // wraps around like the machine's; a quotient truncates and, by zero, is zero: a choice whose
  // other branch divides by zero must not fail
  private static double integer(Op.Binary op, int a, int b) {
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> b == 0 ? 0 : a / b;
      case MAX -> Math.max(a, b);
      case LESS -> a < b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
    };
  }

  /** {@code [..., m, k] x [..., k, n] -> [..., m, n]}, added to zeros in r. */
  private static void matMul(double[] a, double[] b, int[] left, int[] right, double[] r) {
    int m = left[left.length - 2], k = left[left.length - 1], n = right[right.length - 1];
    int batch = size(Arrays.copyOf(left, left.length - 2));
    boolean shared = right.length == 2; // a matrix that serves every leading index
    for (int q = 0; q < batch; q++) {
      int bAt = shared ? 0 : q * k * n;
      for (int i = q * m; i < (q + 1) * m; i++) {
        for (int p = 0; p < k; p++) {
          double x = a[i * k + p];
          for (int j = 0; j < n; j++) r[i * n + j] += x * b[bAt + p * n + j];
        }
      }
    }
  }

  private static int row(double id, int rows, Node n) {
    if (id < 0 || id >= rows) {
      throw new ShapeException("id " + (int) id + " is outside 0.." + (rows - 1) + " in " + n);
    }
    return (int) id;
  }

  // -- the loop

  private List<double[]> scan(Op.Scan s, Block body, Node n, List<double[]> args) {
    int steps = bind(s.length());
    int sequences = s.consts() + s.carries();
    var carry = new ArrayList<>(args.subList(s.consts(), sequences));
    List<double[]> xs = args.subList(sequences, sequences + s.xs());
    var ys = new ArrayList<double[]>();
    for (Value y : n.outputs().subList(s.carries(), n.outputs().size())) {
      ys.add(new double[size(dims(y))]);
    }
    for (int k = 0; k < steps; k++) {
      int t = s.reverse() ? steps - 1 - k : k;
      boolean[] alive = alive(s, args, t);
      var trip = new ArrayList<>(args.subList(0, s.consts()));
      trip.addAll(carry);
      for (double[] x : xs) {
        int width = x.length / steps;
        // what stands in the padding never reaches the body
        var step = new double[width];
        copyAlive(x, t * width, step, 0, width, alive);
        trip.add(step);
      }
      List<double[]> results = run(body, trip);
      for (int i = 0; i < carry.size(); i++) {
        double[] next = carry.get(i).clone();
        copyAlive(results.get(i), 0, next, 0, next.length, alive);
        carry.set(i, next);
      }
      for (int i = 0; i < ys.size(); i++) {
        double[] y = results.get(s.carries() + i);
        copyAlive(y, 0, ys.get(i), t * y.length, y.length, alive);
      }
    }
    carry.addAll(ys);
    return carry;
  }

  /** Which rows of the batch are alive at a step; a single one, always alive, without lengths. */
  private static boolean[] alive(Op.Scan s, List<double[]> args, int t) {
    if (!s.lengths()) return new boolean[] {true};
    double[] lengths = args.get(args.size() - 1);
    var alive = new boolean[lengths.length];
    for (int row = 0; row < alive.length; row++) alive[row] = t < lengths[row];
    return alive;
  }

  /** Copies so many elements, those of live rows only; the leading axis is the rows. */
  private static void copyAlive(
      double[] from, int at, double[] to, int toAt, int count, boolean[] alive) {
    if (alive.length == 0) return;
    int width = count / alive.length;
    for (int row = 0; row < alive.length; row++) {
      if (alive[row]) {
        System.arraycopy(from, at + row * width, to, toAt + row * width, width);
      }
    }
  }

  // -- numbers

  /** The nearest number of a type; integers wrap around. */
  private static double round(double x, DType type) {
    return switch (type) {
      case F32 -> (float) x;
      case F64, BOOL -> x;
      case I32 -> (int) (long) x;
    };
  }

  private static void roundAll(double[] r, DType type) {
    for (int i = 0; i < r.length; i++) r[i] = round(r[i], type);
  }

  private static double cast(double x, DType type) {
    return switch (type) {
      case F32 -> (float) x;
      case F64 -> x;
      case I32 -> (int) x; // towards zero; saturates
      case BOOL -> x != 0 ? 1 : 0;
    };
  }

  // -- extents

  private static int size(int[] dims) {
    int size = 1;
    for (int d : dims) size *= d;
    return size;
  }

  /** How many elements one index of an axis spans. */
  private static int inner(int[] dims, int axis) {
    return size(Arrays.copyOfRange(dims, axis + 1, dims.length));
  }

  /** Where an element goes when its axis of some extent becomes one. */
  private static int reduced(int i, int extent, int inner) {
    return i / (extent * inner) * inner + i % inner;
  }

  private static int[] strides(int[] dims) {
    var strides = new int[dims.length];
    for (int axis = 0; axis < dims.length; axis++) strides[axis] = inner(dims, axis);
    return strides;
  }

  /** Reads elements by strides, one for each axis of the result. */
  private static void strided(double[] a, int[] strides, int[] to, double[] r) {
    var index = new int[to.length];
    int at = 0;
    for (int i = 0; i < r.length; i++) {
      r[i] = a[at];
      for (int axis = to.length - 1; axis >= 0; axis--) {
        at += strides[axis];
        if (++index[axis] < to[axis]) break;
        at -= strides[axis] * to[axis];
        index[axis] = 0;
      }
    }
  }

  /** Copies {@code count} indices of an axis, from one place to another, for all outer indices. */
  private static void copyRows(
      double[] from,
      int start,
      int extent,
      double[] to,
      int toStart,
      int toExtent,
      int count,
      int inner) {
    int width = count * inner;
    if (width == 0) return;
    int outer = to.length / (toExtent * inner);
    for (int i = 0; i < outer; i++) {
      int source = (i * extent + start) * inner;
      System.arraycopy(from, source, to, (i * toExtent + toStart) * inner, width);
    }
  }
}
