package recurve.tck;

import static recurve.tck.Trial.input;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Every operation by itself: at odd sizes, of every type, on special numbers. */
final class Operations {
  private static final int[] SIZES = {0, 1, 4, 6, 13, 207, 702, 4098};
  private static final List<DType> FLOATS = List.of(DType.F32, DType.F64);
  private static final Dim T = Dim.symbol("T");
  private static final Dim B = Dim.symbol("B");

  private Operations() {}

  /** Neg, Exp, Log, Sqrt, Tanh, Sigmoid, StopGradient. */
  static List<Trial> unaryOperations() {
    var trials = new ArrayList<Trial>();
    for (Op.Unary op : Op.Unary.values()) {
      for (DType dtype : FLOATS) {
        for (int n : SIZES) {
          Value x = input("x", dtype, n);
          boolean positive = op == Op.Unary.LOG || op == Op.Unary.SQRT;
          Value y = (positive ? x.square() : x).unary(op);
          trials.add(new Trial(op + " " + x.type(), y, Tolerance.FUNCTION));
        }
      }
    }
    trials.add(new Trial("Neg i32", input("ids", DType.I32, 13).neg(), Tolerance.EXACT));
    return trials;
  }

  private static final double[] SPECIAL = {
    0,
    -0.0,
    1,
    -1,
    0.5,
    3e-8,
    -3e-8,
    87,
    -87,
    120,
    -120,
    1e30,
    -1e30,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN
  };

  private static final int[] SPECIAL_INTEGERS = {
    0, 1, -1, 2, -2, 7, -7, 65536, 123_456_789, Integer.MAX_VALUE, Integer.MIN_VALUE
  };

  // exp(87) is 6e37: a few roundings of it are all that can be asked
  private static Tolerance special() {
    return new Tolerance(64);
  }

  /** Add, Sub, Mul, Div, Max, Less, Equal. */
  static List<Trial> binaryOperations() {
    var trials = new ArrayList<Trial>();
    for (Op.Binary op : Op.Binary.values()) {
      for (DType dtype : FLOATS) {
        for (int n : SIZES) {
          Value a = input("a", dtype, n), b = input("b", dtype, n);
          Tolerance tolerance = op == Op.Binary.DIV ? Tolerance.FUNCTION : new Tolerance(1);
          trials.add(new Trial(op + " " + a.type(), a.binary(op, b), tolerance));
        }
        int n = SPECIAL.length;
        Value a = input("a", dtype, n, 1), b = input("b", dtype, 1, n);
        Value y = a.binary(op, b);
        Map<String, Tensor> args =
            Map.of(
                "a", Tensor.of(SPECIAL, n, 1).cast(dtype),
                "b", Tensor.of(SPECIAL, 1, n).cast(dtype));
        trials.add(new Trial(op + " special " + dtype, y, new Tolerance(2), List.of(args)));
      }
      int n = SPECIAL_INTEGERS.length;
      Value a = input("a", DType.I32, n, 1), b = input("b", DType.I32, 1, n);
      Map<String, Tensor> args =
          Map.of(
              "a", Tensor.of(SPECIAL_INTEGERS, n, 1),
              "b", Tensor.of(SPECIAL_INTEGERS, 1, n));
      trials.add(new Trial(op + " i32", a.binary(op, b), Tolerance.EXACT, List.of(args)));
    }
    return trials;
  }

  /** Unary operations on infinities, NaN, zeros and the ends of the range. */
  static List<Trial> specialNumbers() {
    var trials = new ArrayList<Trial>();
    for (Op.Unary op : Op.Unary.values()) {
      for (DType dtype : FLOATS) {
        Value x = input("x", dtype, SPECIAL.length);
        Map<String, Tensor> args = Map.of("x", Tensor.of(SPECIAL, SPECIAL.length).cast(dtype));
        trials.add(new Trial(op + " " + dtype, x.unary(op), special(), List.of(args)));
      }
    }
    return trials;
  }

  /** Cast between all types, and Where. */
  static List<Trial> castsAndChoices() {
    var trials = new ArrayList<Trial>();
    for (DType from : DType.values()) {
      Tensor sample =
          switch (from) {
            case F32, F64 -> Tensor.of(SPECIAL, SPECIAL.length).cast(from);
            case I32 -> Tensor.of(SPECIAL_INTEGERS, SPECIAL_INTEGERS.length);
            case BOOL -> Tensor.of(new boolean[] {true, false, true}, 3);
          };
      Value x = input("x", from, sample.size());
      for (DType to : DType.values()) {
        if (to == from) continue;
        List<Map<String, Tensor>> args = List.of(Map.of("x", sample));
        trials.add(new Trial("Cast " + from + " to " + to, x.cast(to), Tolerance.EXACT, args));
      }
      for (int n : SIZES) {
        Value choice = input("c", DType.BOOL, n).where(input("x", from, n), input("y", from, n));
        trials.add(new Trial("Where " + choice.type(), choice, Tolerance.EXACT));
      }
    }
    return trials;
  }

  /** Constant and Range of every type, as outputs and as arguments. */
  static List<Trial> leaves() {
    var trials = new ArrayList<Trial>();
    for (DType dtype : DType.values()) {
      for (Shape shape : List.of(Shape.SCALAR, Shape.of(13), Shape.of(T, B, Dim.of(3)))) {
        Value c = Ops.constant(2.6, dtype, shape);
        // an input binds the symbols
        Value bound = Ops.input("x", DType.F32, Shape.of(T, B));
        trials.add(new Trial("Constant " + c.type(), List.of(c, bound), Tolerance.EXACT));
        if (dtype == DType.BOOL) continue;
        for (int axis = 0; axis < shape.rank(); axis++) {
          Value r = Ops.range(axis, dtype, shape);
          trials.add(
              new Trial("Range " + axis + " " + r.type(), List.of(r, bound), Tolerance.EXACT));
        }
      }
    }
    return trials;
  }

  /** RandomUniform: the same bits, whatever the size, the type and the place in the graph. */
  static List<Trial> randomNumbers() {
    var trials = new ArrayList<Trial>();
    Value key = input("key", DType.I32, 3);
    for (DType dtype : FLOATS) {
      for (int n : SIZES) {
        Value y = Ops.uniform(key, n, dtype, Shape.of(n));
        trials.add(new Trial("RandomUniform " + y.type(), y, Tolerance.EXACT));
      }
      Value shaped = Ops.uniform(key, -1, dtype, Shape.of(T, B, Dim.of(7)));
      Value x = Ops.input("x", dtype, Shape.of(T, B, Dim.of(7)));
      Value kept = shaped.less(0.3).where(x.like(0), x);
      trials.add(new Trial("RandomUniform in a mask " + dtype, kept, Tolerance.EXACT));
    }
    return trials;
  }

  /** MatMul: plain, batched, one matrix for a batch, either or both sides transposed. */
  static List<Trial> products() {
    int[][] sizes = {
      {1, 1, 1},
      {1, 4, 6},
      {6, 1, 4},
      {13, 6, 1},
      {4, 207, 13},
      {6, 13, 702},
      {13, 702, 207},
      {207, 13, 6},
      {1, 702, 4098},
      {2, 4098, 6},
      {33, 65, 129},
      {20, 200, 800},
      {0, 4, 6},
      {4, 0, 6},
      {4, 6, 0}
    };
    var trials = new ArrayList<Trial>();
    for (DType dtype : FLOATS) {
      for (int[] mkn : sizes) {
        int m = mkn[0], k = mkn[1], n = mkn[2];
        Tolerance tolerance = Tolerance.sum(k);
        String of = " " + dtype + " " + Arrays.toString(mkn);
        Value a = input("a", dtype, m, k), at = input("a", dtype, k, m);
        Value b = input("b", dtype, k, n), bt = input("b", dtype, n, k);
        trials.add(new Trial("A B" + of, a.matmul(b), tolerance));
        trials.add(new Trial("A^T B" + of, at.t().matmul(b), tolerance));
        trials.add(new Trial("A B^T" + of, a.matmul(bt.t()), tolerance));
        trials.add(new Trial("A^T B^T" + of, at.t().matmul(bt.t()), tolerance));
        trials.add(new Trial("(A B)^T" + of, a.matmul(b).t(), tolerance));
        if ((long) m * k * n > 1_000_000) continue;
        Value a3 = input("a", dtype, 3, m, k), b3 = input("b", dtype, 3, k, n);
        Value bt3 = input("b", dtype, 3, n, k);
        trials.add(new Trial("batched A B" + of, a3.matmul(b3), tolerance));
        trials.add(new Trial("batched A B^T" + of, a3.matmul(bt3.t()), tolerance));
        trials.add(new Trial("batched A^T B" + of, a3.t().t().matmul(b3), tolerance));
        trials.add(new Trial("batch by a matrix" + of, a3.matmul(b), tolerance));
        trials.add(new Trial("batch by a matrix^T" + of, a3.matmul(bt.t()), tolerance));
        trials.add(new Trial("turned batch" + of, a3.swap(0, 1).swap(0, 1).matmul(b), tolerance));
        trials.add(
            new Trial("two batch axes" + of, a3.unsqueeze(0).matmul(b3.unsqueeze(0)), tolerance));
        trials.add(
            new Trial(
                "product of slices" + of,
                input("a", dtype, m + 2, k)
                    .slice(0, 1, m + 1)
                    .matmul(input("b", dtype, k, n + 3).slice(1, 2, n + 2)),
                tolerance));
      }
      Value a = input("a", dtype, 13, 13);
      trials.add(new Trial("A A " + dtype, a.matmul(a), Tolerance.sum(13)));
      trials.add(new Trial("A^T A " + dtype, a.t().matmul(a), Tolerance.sum(13)));
      Value x = Ops.input("x", dtype, Shape.of(T, B, Dim.of(6)));
      Value w = input("w", dtype, 6, 13), bias = input("bias", dtype, 13);
      trials.add(
          new Trial("tanh(x W + b) " + dtype, Ops.tanh(x.matmul(w).plus(bias)), Tolerance.sum(50)));
      Value rows = x.reshape(Shape.of(T.times(B), Dim.of(6)));
      trials.add(new Trial("X^T X over T*B " + dtype, rows.t().matmul(rows), Tolerance.sum(100)));
    }
    return trials;
  }

  /** ReduceSum and ReduceMax along each axis. */
  static List<Trial> reductions() {
    var trials = new ArrayList<Trial>();
    for (DType dtype : List.of(DType.F32, DType.F64, DType.I32)) {
      String name = dtype == DType.I32 ? "ids" : "x";
      for (int n : SIZES) {
        Value x = input(name, dtype, n);
        trials.add(new Trial("ReduceSum " + x.type(), x.sum(0), Tolerance.sum(n)));
        trials.add(new Trial("ReduceMax " + x.type(), x.maxOver(0), Tolerance.EXACT));
      }
      for (long[] dims : new long[][] {{13, 207}, {207, 1}, {1, 702}, {4, 6, 13}, {3, 0, 2}}) {
        Value x = input(name, dtype, dims);
        for (int axis = 0; axis < dims.length; axis++) {
          String of = " " + axis + " " + x.type();
          trials.add(new Trial("ReduceSum" + of, x.sum(axis), Tolerance.sum(dims[axis])));
          trials.add(new Trial("ReduceMax" + of, x.maxOver(axis), Tolerance.EXACT));
        }
      }
    }
    Value x = input("x", DType.F32, 3, 2);
    Tensor withNaN = Tensor.of(new float[] {1, 2, Float.NaN, 3, 4, Float.NEGATIVE_INFINITY}, 3, 2);
    trials.add(
        new Trial(
            "ReduceMax of NaN", x.maxOver(0), Tolerance.EXACT, List.of(Map.of("x", withNaN))));
    return trials;
  }

  /** Reshape, Transpose, Expand, Concat, Slice, Pad, of every element type. */
  static List<Trial> movements() {
    var trials = new ArrayList<Trial>();
    for (DType dtype : DType.values()) {
      Value x = input("ids", dtype, 4, 6, 13), wide = input("wide", dtype, 207, 13);
      Map<String, Value> moved = new LinkedHashMap<>();
      moved.put("Reshape", x.reshape(Shape.of(13, 24)));
      moved.put("Reshape to one axis", x.reshape(Shape.of(312)));
      moved.put("Transpose", wide.t());
      for (List<Integer> p : List.of(List.of(2, 1, 0), List.of(1, 0, 2), List.of(2, 0, 1))) {
        moved.put("Transpose " + p, x.transpose(p));
      }
      moved.put("Transpose twice", x.transpose(List.of(1, 2, 0)).transpose(List.of(2, 1, 0)));
      moved.put("Transpose, Reshape", x.swap(0, 2).reshape(Shape.of(13, 24)));
      moved.put("Expand leading", input("r", dtype, 13).expand(Shape.of(207, 13)));
      moved.put("Expand last", input("c", dtype, 207, 1).expand(Shape.of(207, 13)));
      moved.put("Expand middle", input("m", dtype, 4, 1, 13).expand(Shape.of(4, 6, 13)));
      moved.put("Expand scalar", input("s", dtype).expand(Shape.of(4, 6)));
      for (int axis = 0; axis < 3; axis++) {
        moved.put("Concat " + axis, Ops.concat(axis, List.of(x, x.slice(axis, 1, 3), x)));
        moved.put("Slice " + axis, x.slice(axis, 1, 4));
        moved.put("Slice empty " + axis, x.slice(axis, 2, 2));
        moved.put("Pad " + axis, x.pad(axis, Dim.of(2), Dim.of(1)));
        moved.put("Slice of Slice " + axis, x.slice(axis, 1, 4).slice(axis, 1, 3));
        moved.put("Pad of Slice " + axis, x.slice(axis, 1, 4).pad(axis, Dim.ONE, Dim.ZERO));
      }
      moved.forEach((what, y) -> trials.add(new Trial(what + " " + dtype, y, Tolerance.EXACT)));
      Value s = Ops.input("ids", dtype, Shape.of(T, B));
      Value ends =
          Ops.concat(0, List.of(s.slice(0, T.plus(-1), T), s.slice(0, Dim.ZERO, T.plus(-1))));
      trials.add(new Trial("a turn along T " + dtype, ends, Tolerance.EXACT));
      Value flat = s.reshape(Shape.of(T.times(B))).pad(0, B, T);
      trials.add(new Trial("Pad by symbols " + dtype, flat, Tolerance.EXACT));
    }
    return trials;
  }

  /** Gather and ScatterND, ids repeated. */
  static List<Trial> indexing() {
    var trials = new ArrayList<Trial>();
    for (DType dtype : List.of(DType.F32, DType.F64, DType.I32)) {
      for (Shape ids : List.of(Shape.SCALAR, Shape.of(0), Shape.of(207), Shape.of(T, B))) {
        for (long[] rest : new long[][] {{}, {1}, {13}, {4, 6}}) {
          long[] dims = LongStream.concat(LongStream.of(5), LongStream.of(rest)).toArray();
          Value id = Ops.input("id", DType.I32, ids);
          Value table = input("table", dtype, dims);
          Value rows = table.gather(id);
          String of = " " + dtype + " " + ids + " of " + table.shape();
          trials.add(new Trial("Gather" + of, rows, Tolerance.EXACT));
          Value updates = Ops.input("updates", dtype, rows.shape());
          Value sums = updates.scatter(id, Dim.of(5));
          trials.add(new Trial("ScatterND" + of, sums, Tolerance.sum(207)));
        }
      }
    }
    return trials;
  }

  /** Functions of several operations that a backend may well run as one. */
  static List<Trial> functions() {
    var trials = new ArrayList<Trial>();
    for (DType dtype : FLOATS) {
      for (int n : new int[] {1, 4, 13, 207, 4098}) {
        Value x = Ops.input("x", dtype, Shape.of(B, Dim.of(n)));
        String of = " " + x.type();
        Tolerance tolerance = new Tolerance(n + 64);
        trials.add(new Trial("softmax" + of, Ops.softmax(x, -1), tolerance));
        trials.add(new Trial("logSoftmax" + of, Ops.logSoftmax(x, -1), tolerance));
        Value ids = Ops.input("ids", DType.I32, Shape.of(B));
        trials.add(new Trial("crossEntropy" + of, Ops.crossEntropy(x, ids), tolerance));
        if (n > 1) { // of one number the variance is zero, and every rounding shows
          Value scale = input("scale", dtype, n), shift = input("shift", dtype, n);
          trials.add(new Trial("layerNorm" + of, Ops.layerNorm(x, scale, shift, 1e-5), tolerance));
        }
        Value noise = Ops.uniform(input("key", DType.I32, 3), 3, dtype, x.shape());
        trials.add(new Trial("dropout" + of, Ops.dropout(x, noise, 0.4), Tolerance.FUNCTION));
      }
      for (int rows : new int[] {1, 4}) { // columns of one number with gaps between them
        Value x = input("x", dtype, rows, 13, 1), bias = input("bias", dtype, 13, 1);
        Value column = Ops.tanh(x.plus(bias.expand(x.shape()))).pad(2, Dim.ONE, Dim.ONE);
        trials.add(new Trial("Pad of " + x.type(), column, Tolerance.FUNCTION));
      }
      Value large = input("x", dtype, 6).times(1e4);
      trials.add(new Trial("softmax of large scores", Ops.softmax(large, 0), special()));
    }
    return trials;
  }
}
