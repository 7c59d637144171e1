package recurve.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.backend.Support;
import recurve.backend.UnsupportedGraphException;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.ShapeException;
import recurve.ir.Tensor;
import recurve.ir.Value;

/**
 * What a backend must do: whatever the reference does, for every operation, size, binding and
 * number of threads.
 *
 * <p>Of a backend that is absent on this machine only the reason it gives is tested. A random graph
 * is named by its seed, and printed when it fails.
 */
public abstract class BackendTck {
  private static final int[] SIZES = {0, 1, 4, 6, 13, 207, 702, 4098};
  private static final List<DType> FLOATS = List.of(DType.F32, DType.F64);
  private static final int[] THREADS = {1, 2, 3, 8};
  private static final int RANDOM_GRAPHS = 40;
  private static final Dim T = Dim.symbol("T");
  private static final Dim B = Dim.symbol("B");

  /** For the class that extends this one. */
  protected BackendTck() {}

  /** The backend to test. */
  protected abstract Backend backend();

  /**
   * Whether the backend may refuse graphs, naming what it cannot run, as one of another runtime
   * does; a refusal then counts as kept.
   */
  protected boolean mayRefuse() {
    return false;
  }

  /**
   * The tests, by the names that they are reported under, that fail since the runtime beneath
   * differs. They have to fail: what is listed for nothing is reported.
   */
  protected Set<String> differences() {
    return Set.of();
  }

  // -- what it says of itself

  /** The name can stand in a command and a file. */
  @Test
  public final void nameIsWellFormed() {
    assertTrue(backend().name().matches("[a-z0-9-]+"), backend().name());
  }

  /** Support is plain to read, and asking is harmless. */
  @Test
  public final void supportIsASentence() {
    String text =
        switch (assertDoesNotThrow(() -> backend().support())) {
          case Support.Available(String detail) -> detail;
          case Support.Absent(String reason) -> reason;
        };
    assertFalse(text.isBlank(), "says nothing");
    assertFalse(text.contains("\n"), "one line: " + text);
  }

  // -- every operation

  /** Neg, Exp, Log, Sqrt, Tanh, Sigmoid, StopGradient. */
  @TestFactory
  public final Stream<DynamicTest> unaryOperations() {
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
    return check(trials);
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
  @TestFactory
  public final Stream<DynamicTest> binaryOperations() {
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
    return check(trials);
  }

  /** Unary operations on infinities, NaN, zeros and the ends of the range. */
  @TestFactory
  public final Stream<DynamicTest> specialNumbers() {
    var trials = new ArrayList<Trial>();
    for (Op.Unary op : Op.Unary.values()) {
      for (DType dtype : FLOATS) {
        Value x = input("x", dtype, SPECIAL.length);
        Map<String, Tensor> args = Map.of("x", Tensor.of(SPECIAL, SPECIAL.length).cast(dtype));
        trials.add(new Trial(op + " " + dtype, x.unary(op), special(), List.of(args)));
      }
    }
    return check(trials);
  }

  /** Cast between all types, and Where. */
  @TestFactory
  public final Stream<DynamicTest> castsAndChoices() {
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
    return check(trials);
  }

  /** Constant and Range of every type, as outputs and as arguments. */
  @TestFactory
  public final Stream<DynamicTest> leaves() {
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
    return check(trials);
  }

  /** RandomUniform: the same bits, whatever the size, the type and the place in the graph. */
  @TestFactory
  public final Stream<DynamicTest> randomNumbers() {
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
    return check(trials);
  }

  /** MatMul: plain, batched, one matrix for a batch, either or both sides transposed. */
  @TestFactory
  public final Stream<DynamicTest> products() {
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
    return check(trials);
  }

  /** ReduceSum and ReduceMax along each axis. */
  @TestFactory
  public final Stream<DynamicTest> reductions() {
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
    return check(trials);
  }

  /** Reshape, Transpose, Expand, Concat, Slice, Pad, of every element type. */
  @TestFactory
  public final Stream<DynamicTest> movements() {
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
    return check(trials);
  }

  /** Gather and ScatterND, ids repeated. */
  @TestFactory
  public final Stream<DynamicTest> indexing() {
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
    return check(trials);
  }

  /** An id outside of its table is an error, not a read of other memory. */
  @TestFactory
  public final Stream<DynamicTest> idsOutsideTheTableAreRefused() {
    Value id = input("id", DType.I32, 2);
    Value gathered = input("x", DType.F32, 5, 2).gather(id);
    Value scattered = input("x", DType.F32, 2, 2).scatter(id, Dim.of(5));
    var tests = new ArrayList<DynamicTest>();
    for (Value y : List.of(gathered, scattered)) {
      for (int bad : new int[] {-1, 5, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        tests.add(
            dynamicTest(
                y.op().title() + " with id " + bad,
                () -> {
                  Graph graph = graph(List.of(y));
                  try (Executable e = backend().compile(graph, CompileOptions.threads(1))) {
                    Map<String, Tensor> args = new Samples(1).of(graph.inputs(), Map.of());
                    args.forEach(e::write);
                    e.write("id", Tensor.of(new int[] {1, bad}, 2));
                    assertThrows(ShapeException.class, e::run);
                    e.write("id", Tensor.of(new int[] {1, 2}, 2)); // and it goes on afterwards
                    e.run();
                  }
                }));
      }
    }
    return whereAvailable(tests);
  }

  /** Functions of several operations that a backend may well run as one. */
  @TestFactory
  public final Stream<DynamicTest> functions() {
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
      Value large = input("x", dtype, 6).times(1e4);
      trials.add(new Trial("softmax of large scores", Ops.softmax(large, 0), special()));
    }
    return check(trials);
  }

  // -- loops

  /** Loops of no steps, of one, with rows of no steps. */
  @TestFactory
  public final Stream<DynamicTest> loopsOfFewSteps() {
    var trials = new ArrayList<Trial>();
    for (boolean reverse : new boolean[] {false, true}) {
      for (boolean masked : new boolean[] {false, true}) {
        Value lengths = Ops.input("lengths", DType.I32, Shape.of(B));
        var loop = new Loop(T, reverse, masked ? Optional.of(lengths) : Optional.empty());
        Value x = Ops.input("x", DType.F32, Shape.of(T, B, Dim.of(13)));
        Value init = Ops.input("init", DType.F32, Shape.of(B, Dim.of(13)));
        var result = rnn(loop, x, init, input("w", DType.F32, 13, 13));
        List<Value> all = List.of(result.carry().get(0), result.ys().get(0));
        var args = new ArrayList<Map<String, Tensor>>();
        for (long time : new long[] {0, 1, 2, 5, 0}) {
          var inputs = graph(all).inputs();
          args.add(new Samples(time).of(inputs, Map.of("T", time, "B", 4L)));
        }
        String what = (reverse ? "reverse" : "forward") + (masked ? " with lengths" : "");
        trials.add(new Trial(what, all, Tolerance.GRAPH, args));
      }
    }
    return check(trials);
  }

  private static Loop.Result rnn(Loop loop, Value x, Value init, Value weight) {
    return loop.run(
        List.of(init),
        List.of(x),
        (h, step) -> {
          Value next = Ops.tanh(h.get(0).matmul(weight).times(0.3).plus(step.get(0)));
          return new Loop.Trip(List.of(next), List.of(next));
        });
  }

  /** What a loop passes through untouched: a carry, a constant, a step's input. */
  @TestFactory
  public final Stream<DynamicTest> loopsThatPassThrough() {
    Value x = Ops.input("x", DType.F32, Shape.of(T, B));
    Value init = Ops.input("init", DType.F32, Shape.of(B));
    Value other = Ops.input("other", DType.F32, Shape.of(B));
    var swap =
        Loop.of(T)
            .run(
                List.of(init, other),
                List.of(x),
                (c, s) ->
                    new Loop.Trip(
                        List.of(c.get(1), c.get(0)),
                        List.of(c.get(0), s.get(0), other, s.get(0).like(2))));
    var delay =
        Loop.of(T)
            .run(
                List.of(init, init),
                List.of(x, x),
                (c, s) -> new Loop.Trip(List.of(s.get(0), c.get(0)), List.of(c.get(1), s.get(1))));
    var all = new ArrayList<Value>();
    for (var result : List.of(swap, delay)) {
      all.addAll(result.carry());
      all.addAll(result.ys());
    }
    return check(List.of(new Trial("swaps, delays and copies", all, Tolerance.EXACT)));
  }

  /** NaN in the padding changes no bit of any output, and what is past a length is zero. */
  @TestFactory
  public final Stream<DynamicTest> paddingIsNeverRead() {
    var tests = new ArrayList<DynamicTest>();
    for (boolean reverse : new boolean[] {false, true}) {
      tests.add(dynamicTest(reverse ? "reverse" : "forward", () -> paddingIsNeverRead(reverse)));
    }
    return whereAvailable(tests);
  }

  private void paddingIsNeverRead(boolean reverse) {
    Value lengths = Ops.input("lengths", DType.I32, Shape.of(B));
    Value x = Ops.input("x", DType.F32, Shape.of(T, B, Dim.of(6)));
    Value init = Ops.input("init", DType.F32, Shape.of(B, Dim.of(6)));
    var loop = new Loop(T, reverse, Optional.of(lengths));
    var first = rnn(loop, x, init, input("w", DType.F32, 6, 6));
    var second = rnn(loop, first.ys().get(0), first.carry().get(0), input("v", DType.F32, 6, 6));
    var all = List.of(first.carry().get(0), second.carry().get(0), second.ys().get(0));
    Graph graph = graph(all);
    Map<String, Tensor> args = new Samples(9).of(graph.inputs(), Map.of("T", 7L, "B", 13L));
    try (Executable e = backend().compile(graph, CompileOptions.threads(2))) {
      List<Tensor> clean = run(e, graph, args);
      int[] length = new Tensors(args).get("lengths").ints();
      float[] padded = new Tensors(args).get("x").floats();
      for (int t = 0; t < 7; t++) {
        for (int b = 0; b < 13; b++) {
          int at = (t * 13 + b) * 6;
          if (t < length[b]) continue;
          Arrays.fill(padded, at, at + 6, Float.NaN);
          for (int i = at; i < at + 6; i++) assertEquals(0, clean.get(2).at(i), "past the length");
        }
      }
      assertEquals(clean, run(e, graph, args));
    }
  }

  // -- graphs from a seed

  /** Elementwise operations, broadcasts and reductions. */
  @TestFactory
  public final Stream<DynamicTest> randomElementwiseGraphs() {
    return random("elementwise", RandomGraphs::elementwise);
  }

  /** Movements, products and indexing. */
  @TestFactory
  public final Stream<DynamicTest> randomShapeGraphs() {
    return random("shapes", RandomGraphs::shapes);
  }

  /** Loops in both directions, with lengths or without, nested. */
  @TestFactory
  public final Stream<DynamicTest> randomLoops() {
    return random("loops", RandomGraphs::loops);
  }

  private interface Kind {
    Graph of(RandomGraphs graphs);
  }

  private Stream<DynamicTest> random(String name, Kind kind) {
    var trials = new ArrayList<Trial>();
    for (long seed = 0; seed < RANDOM_GRAPHS; seed++) {
      DType dtype = seed % 4 == 3 ? DType.F64 : DType.F32;
      Graph graph = kind.of(new RandomGraphs(seed, dtype));
      trials.add(new Trial(name + ", seed " + seed, graph, Tolerance.GRAPH, samples(graph, seed)));
    }
    return check(trials);
  }

  // -- what an executable keeps

  /** An executable taken from one binding to others and back gives the same bits again. */
  @TestFactory
  public final Stream<DynamicTest> rebindingChangesNothing() {
    var tests = new ArrayList<DynamicTest>();
    for (long seed = 100; seed < 110; seed++) {
      long s = seed;
      tests.add(
          dynamicTest(
              "loops, seed " + seed,
              () -> {
                Graph graph = new RandomGraphs(s, DType.F32).loops();
                var args = samples(graph, s);
                try (Executable e = backend().compile(graph, CompileOptions.threads(2))) {
                  for (int round = 0; round < 2; round++) {
                    for (var one : args) {
                      List<Tensor> again = run(e, graph, one);
                      try (Executable fresh = backend().compile(graph, CompileOptions.threads(2))) {
                        assertEquals(run(fresh, graph, one), again, "seed " + s + "\n" + graph);
                      }
                    }
                  }
                }
              }));
    }
    return whereAvailable(tests);
  }

  /** The number of threads changes no bit; nor does running twice. */
  @TestFactory
  public final Stream<DynamicTest> threadsChangeNoBit() {
    var graphs = new LinkedHashMap<String, Graph>();
    for (long seed = 200; seed < 212; seed++) {
      graphs.put("elementwise, seed " + seed, new RandomGraphs(seed, DType.F32).elementwise());
      graphs.put("shapes, seed " + seed, new RandomGraphs(seed, DType.F32).shapes());
      graphs.put("loops, seed " + seed, new RandomGraphs(seed, DType.F32).loops());
    }
    Value a = input("a", DType.F32, 207, 702), b = input("b", DType.F32, 702, 129);
    graphs.put("large product", graph(List.of(a.matmul(b), a.t().matmul(a), a.sum(0), a.sum(1))));
    Value x = Ops.input("x", DType.F32, Shape.of(T, B, Dim.of(65)));
    Value init = Ops.input("init", DType.F32, Shape.of(B, Dim.of(65)));
    var result = rnn(Loop.of(T), x, init, input("w", DType.F32, 65, 65));
    Value scores = result.ys().get(0).matmul(input("out", DType.F32, 65, 702));
    Value loss = Ops.crossEntropy(scores, Ops.input("ids", DType.I32, Shape.of(T, B))).total();
    graphs.put("a loop under a softmax", graph(List.of(loss, result.carry().get(0))));
    Value updates = Ops.input("u", DType.F32, Shape.of(4098, 13));
    Value ids = Ops.input("id", DType.I32, Shape.of(4098));
    graphs.put("scatter", graph(List.of(updates.scatter(ids, Dim.of(5)), updates.total())));
    var tests = new ArrayList<DynamicTest>();
    graphs.forEach((name, graph) -> tests.add(dynamicTest(name, () -> sameBits(name, graph))));
    return whereAvailable(tests);
  }

  private void sameBits(String name, Graph graph) {
    var args = samples(graph, 5);
    var expected = new ArrayList<List<Tensor>>();
    for (int threads : THREADS) {
      try (Executable e = backend().compile(graph, CompileOptions.threads(threads))) {
        for (int round = 0; round < 2; round++) {
          for (int i = 0; i < args.size(); i++) {
            List<Tensor> bits = run(e, graph, args.get(i));
            if (expected.size() <= i) expected.add(bits);
            assertEquals(expected.get(i), bits, name + " with " + threads + " threads\n" + graph);
          }
        }
      }
    }
  }

  /** Retained outputs are the inputs of the next run, also where they trade places. */
  @TestFactory
  public final Stream<DynamicTest> retainedOutputs() {
    return whereAvailable(
        List.of(
            dynamicTest("a training step", () -> retained(descent())),
            dynamicTest("two that trade places", () -> retained(trade())),
            dynamicTest("a view of what it replaces", () -> retained(turn())),
            dynamicTest("carried states", this::carriedStates)));
  }

  private record Kept(Graph graph, Map<String, String> retained) {}

  private static Kept descent() {
    Value w = input("w", DType.F32, 13, 6), m = input("m", DType.F32, 13, 6);
    Value x = input("x", DType.F32, 4, 13), y = input("y", DType.F32, 4, 6);
    Value error = x.matmul(w).minus(y);
    Value gradient = x.t().matmul(error);
    Value moment = m.times(0.9).plus(gradient);
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("loss", error.square().total());
    outputs.put("w.next", w.minus(moment.times(0.005)));
    outputs.put("m", moment); // an output may bear the name of the input that it replaces
    return new Kept(Graph.of(List.of(w, m, x, y), outputs), Map.of("w.next", "w", "m", "m"));
  }

  private static Kept trade() {
    Value a = input("a", DType.F32, 207), b = input("b", DType.F32, 207);
    Value c = input("c", DType.F32, 207);
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("a.next", b);
    outputs.put("b.next", a.plus(c));
    outputs.put("c.next", a);
    outputs.put("sum", a.plus(b).total());
    return new Kept(
        Graph.of(List.of(a, b, c), outputs), Map.of("a.next", "a", "b.next", "b", "c.next", "c"));
  }

  private static Kept turn() {
    Value a = input("a", DType.F32, 7, 7), n = input("ids", DType.I32, 3);
    Value turned = Ops.concat(0, List.of(a.slice(0, 1, 7), a.slice(0, 0, 1))).t();
    return new Kept(
        Graph.of(List.of(a, n), Map.of("turned", turned, "count", n.plus(1))),
        Map.of("turned", "a", "count", "ids"));
  }

  private void retained(Kept kept) {
    var options = CompileOptions.threads(2).retaining(kept.retained());
    Map<String, Tensor> args = new Samples(3).of(kept.graph().inputs(), Map.of());
    try (Executable e = backend().compile(kept.graph(), options);
        Executable reference = new Reference().compile(kept.graph(), options)) {
      for (int round = 0; round < 2; round++) {
        args.forEach(e::write);
        args.forEach(reference::write);
        for (int i = 0; i < 5; i++) {
          e.run();
          reference.run();
          var names = new ArrayList<>(kept.graph().names());
          for (Value v : kept.graph().inputs()) names.add(Graph.nameOf(v));
          for (String name : names) {
            Tolerance.GRAPH.check(reference.read(name), e.read(name), name + " after run " + i);
          }
          kept.retained()
              .forEach((output, input) -> assertEquals(e.read(output), e.read(input), input));
        }
      }
    }
  }

  private void carriedStates() {
    Value x = Ops.input("x", DType.F32, Shape.of(T, B, Dim.of(6)));
    Value h = Ops.input("h", DType.F32, Shape.of(B, Dim.of(6)));
    var result = rnn(Loop.of(T), x, h, input("w", DType.F32, 6, 6));
    var outputs = Map.of("y", result.ys().get(0), "last", result.carry().get(0));
    Graph graph = Graph.of(List.of(x, h, inputNamed("w", result.ys().get(0))), outputs);
    var options = CompileOptions.threads(1).retaining(Map.of("last", "h"));
    try (Executable e = backend().compile(graph, options);
        Executable reference = new Reference().compile(graph, options)) {
      for (var binding : RandomGraphs.bindings()) {
        var args = new Samples(4).of(graph.inputs(), binding);
        args.forEach(e::write);
        args.forEach(reference::write);
        for (long time : new long[] {3, 1, 6}) { // the text goes on, in pieces of other lengths
          var piece = new TreeMap<>(binding);
          piece.put("T", time);
          Tensor more = new Tensors(new Samples(time).of(List.of(x), piece)).get("x");
          e.write("x", more);
          reference.write("x", more);
          e.run();
          reference.run();
          Tolerance.GRAPH.check(reference.read("y"), e.read("y"), "y");
          Tolerance.GRAPH.check(reference.read("h"), e.read("h"), "h");
        }
      }
    }
  }

  private static Value inputNamed(String name, Value y) {
    return graph(List.of(y)).inputs().stream()
        .filter(v -> Graph.nameOf(v).equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Outputs are copies: of inputs, of views, of one value under two names. */
  @TestFactory
  public final Stream<DynamicTest> outputsAreTheirOwn() {
    return whereAvailable(
        List.of(
            dynamicTest(
                "outputs are their own",
                () -> {
                  Value x = input("x", DType.F32, 4, 6);
                  var outputs = new LinkedHashMap<String, Value>();
                  outputs.put("same", x);
                  outputs.put("view", x.reshape(Shape.of(24)));
                  outputs.put("one", x.neg());
                  outputs.put("two", outputs.get("one"));
                  outputs.put("turned", x.t());
                  Graph graph = Graph.of(List.of(x), outputs);
                  try (Executable e = backend().compile(graph, CompileOptions.threads(1))) {
                    List<Tensor> before =
                        run(e, graph, new Samples(1).of(graph.inputs(), Map.of()));
                    e.write("x", Tensor.zeros(DType.F32, 4, 6));
                    var after = graph.names().stream().map(e::read).toList();
                    assertEquals(
                        before, after, "writing an input changed an output of the last run");
                    e.read("one").floats()[0] = 99;
                    assertEquals(before.get(2), e.read("one"), "a reader changed what it read");
                  }
                })));
  }

  /** Inputs that nothing reads are written like others; outputs may be constants. */
  @TestFactory
  public final Stream<DynamicTest> idleInputsAndConstantOutputs() {
    Value x = input("x", DType.F32, 3), idle = input("idle", DType.F32, 5);
    Value c = Ops.constant(7, DType.F32, Shape.of(2, 2));
    Graph graph = Graph.of(List.of(x, idle), Map.of("y", x.plus(1), "c", c));
    return check(
        List.of(new Trial("idle", graph, Tolerance.EXACT, List.of(args(graph, 1, Map.of())))));
  }

  /** What a scalar output is read by without allocation. */
  @TestFactory
  public final Stream<DynamicTest> scalars() {
    return whereAvailable(
        List.of(
            dynamicTest(
                "scalar",
                () -> {
                  Value x = input("x", DType.F32, 3);
                  Graph graph = Graph.of(List.of(x), Map.of("y", x.total()));
                  try (Executable e = backend().compile(graph, CompileOptions.threads(1))) {
                    e.write("x", Tensor.of(new float[] {1, 2, 4}, 3));
                    e.run();
                    assertEquals(7, e.scalar("y"));
                    assertEquals(0, e.read("y").rank());
                  }
                })));
  }

  // -- mistakes

  /** Mistakes are exceptions whose message names what was meant; afterwards all goes on. */
  @TestFactory
  public final Stream<DynamicTest> mistakesAreNamed() {
    return whereAvailable(List.of(dynamicTest("mistakes", this::mistakes)));
  }

  private void mistakes() {
    Value x = Ops.input("tokens", DType.F32, Shape.of(T, Dim.of(2)));
    Value y = Ops.input("other", DType.F32, Shape.of(T, Dim.of(2)));
    Graph graph = Graph.of(List.of(x, y), Map.of("loss", x.plus(y).total()));
    Executable e = backend().compile(graph, CompileOptions.threads(1));
    Tensor three = Tensor.zeros(DType.F32, 3, 2), four = Tensor.zeros(DType.F32, 4, 2);
    e.write("other", three);
    named("tokens", assertThrows(ShapeException.class, e::run));
    named("tokens", assertThrows(ShapeException.class, () -> e.write("token", three)));
    named("loss", assertThrows(ShapeException.class, () -> e.read("los")));
    named(
        "tokens",
        assertThrows(ShapeException.class, () -> e.write("tokens", three.cast(DType.F64))));
    named(
        "tokens",
        assertThrows(ShapeException.class, () -> e.write("tokens", Tensor.zeros(DType.F32, 3, 3))));
    named(
        "tokens",
        assertThrows(ShapeException.class, () -> e.write("tokens", Tensor.zeros(DType.F32, 6))));
    e.write("tokens", four);
    assertThrows(ShapeException.class, e::run, "T cannot be three and four");
    e.write("tokens", three);
    e.run();
    assertEquals(0, e.scalar("loss"));
    var options = CompileOptions.threads(1);
    assertThrows(
        ShapeException.class,
        () -> backend().compile(graph, options.retaining(Map.of("los", "tokens"))));
    assertThrows(
        ShapeException.class,
        () -> backend().compile(graph, options.retaining(Map.of("loss", "tokens"))));
    e.close();
    e.close();
  }

  private static void named(String what, ShapeException e) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(what), message);
    assertFalse(message.contains("\n"), message);
  }

  // -- how it is checked

  /** A graph and what to run it on, one run after the other in one executable. */
  private record Trial(
      String name, Graph graph, Tolerance tolerance, List<Map<String, Tensor>> runs) {
    Trial(String name, Value y, Tolerance tolerance) {
      this(name, List.of(y), tolerance);
    }

    Trial(String name, List<Value> ys, Tolerance tolerance) {
      this(name, ys, tolerance, samples(BackendTck.graph(ys), 7));
    }

    Trial(String name, Value y, Tolerance tolerance, List<Map<String, Tensor>> runs) {
      this(name, List.of(y), tolerance, runs);
    }

    Trial(String name, List<Value> ys, Tolerance tolerance, List<Map<String, Tensor>> runs) {
      this(name, BackendTck.graph(ys), tolerance, runs);
    }
  }

  private Stream<DynamicTest> check(List<Trial> trials) {
    return whereAvailable(trials.stream().map(t -> dynamicTest(t.name(), () -> check(t))).toList());
  }

  private Stream<DynamicTest> whereAvailable(List<DynamicTest> tests) {
    return backend().support().isAvailable() ? tests.stream().map(this::judged) : Stream.of();
  }

  private DynamicTest judged(DynamicTest test) {
    String name = test.getDisplayName();
    if (differences().contains(name)) {
      return dynamicTest(
          name + " differs", () -> assertThrows(Throwable.class, test.getExecutable()));
    }
    if (!mayRefuse()) return test;
    return dynamicTest(
        name,
        () -> {
          try {
            test.getExecutable().execute();
          } catch (UnsupportedGraphException e) {
            String why = String.valueOf(e.getMessage());
            assertTrue(why.contains("backend " + backend().name() + ": "), why);
            assertFalse(why.contains("\n"), why);
          }
        });
  }

  private void check(Trial trial) {
    Graph graph = trial.graph();
    try (Executable e = backend().compile(graph, CompileOptions.threads(2));
        Executable reference = new Reference().compile(graph, CompileOptions.threads(1))) {
      for (var args : trial.runs()) {
        List<Tensor> expected = run(reference, graph, args);
        List<Tensor> actual = run(e, graph, args);
        for (int i = 0; i < expected.size(); i++) {
          String what = graph.names().get(i) + " of " + trial.name() + "\n" + graph + "\n";
          trial.tolerance().check(expected.get(i), actual.get(i), what);
        }
      }
    }
  }

  private static List<Tensor> run(Executable e, Graph graph, Map<String, Tensor> args) {
    args.forEach(e::write);
    e.run();
    return graph.names().stream().map(e::read).toList();
  }

  private static Map<String, Tensor> args(Graph graph, long seed, Map<String, Long> binding) {
    return new Samples(seed).of(graph.inputs(), binding);
  }

  /** Arguments for each of the bindings, or once if there is nothing to bind. */
  private static List<Map<String, Tensor>> samples(Graph graph, long seed) {
    boolean symbolic = graph.inputs().stream().anyMatch(v -> !v.shape().isNumeric());
    if (!symbolic) return List.of(args(graph, seed, Map.of()));
    return RandomGraphs.bindings().stream().map(b -> args(graph, seed, b)).toList();
  }

  private static Graph graph(List<Value> ys) {
    var inputs =
        Graph.nodes(ys).stream()
            .filter(n -> n.op() instanceof Op.Input)
            .map(n -> n.output())
            .toList();
    var outputs = new LinkedHashMap<String, Value>();
    for (Value y : ys) outputs.put("y" + outputs.size(), y);
    return Graph.of(inputs, outputs);
  }

  private static Value input(String name, DType dtype, long... dims) {
    return Ops.input(name, dtype, Shape.of(dims));
  }
}
