package recurve.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
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

/** Each operation on a case small enough to work out by hand. */
class ReferenceTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final Dim T = Dim.symbol("T");
  private static final Dim B = Dim.symbol("B");

  /** Runs a graph of one output whose inputs are named a, b, c... */
  private static Tensor run(Value y, Tensor... args) {
    var inputs =
        Graph.nodes(List.of(y)).stream()
            .filter(n -> n.op() instanceof Op.Input)
            .map(n -> n.output())
            .sorted((v, w) -> Graph.nameOf(v).compareTo(Graph.nameOf(w)))
            .toList();
    var graph = Graph.of(inputs, Map.of("y", y));
    try (Executable e = new Reference().compile(graph, CompileOptions.threads(1))) {
      for (int i = 0; i < args.length; i++) e.write(Graph.nameOf(inputs.get(i)), args[i]);
      e.run();
      return e.read("y");
    }
  }

  private static Value in(String name, DType dtype, long... dims) {
    return Ops.input(name, dtype, Shape.of(dims));
  }

  private static Value f64(String name, long... dims) {
    return in(name, DType.F64, dims);
  }

  private static Value i32(String name, long... dims) {
    return in(name, DType.I32, dims);
  }

  private static Tensor row(double... elements) {
    return Tensor.of(elements, elements.length);
  }

  private static Tensor ints(int... elements) {
    return Tensor.of(elements, elements.length);
  }

  private static Tensor count(int... dims) {
    Tensor t = Tensor.zeros(DType.F64, dims);
    for (int i = 0; i < t.size(); i++) t.doubles()[i] = i;
    return t;
  }

  // -- leaves

  @Test
  void constant() {
    assertEquals(
        Tensor.of(new float[] {0.1f, 0.1f}, 2),
        run(
            Ops.constant(0.1, DType.F32, Shape.of(2)).plus(in("a", DType.F32, 2).times(0)),
            Tensor.of(new float[2], 2)));
    assertEquals(Tensor.of(new boolean[] {true}, 1), run(Ops.constant(3, DType.BOOL, Shape.of(1))));
    assertEquals(Tensor.of(new int[] {-3}), run(Ops.constant(-3.9, DType.I32, Shape.SCALAR)));
  }

  @Test
  void range() {
    assertEquals(
        Tensor.of(new int[] {0, 0, 0, 1, 1, 1}, 2, 3),
        run(Ops.range(0, DType.I32, Shape.of(2, 3))));
    assertEquals(
        Tensor.of(new float[] {0, 1, 2, 0, 1, 2}, 2, 3),
        run(Ops.range(1, DType.F32, Shape.of(2, 3))));
  }

  @Test
  void randomUniform() {
    Value y = Ops.uniform(i32("key", 3), 7, DType.F32, Shape.of(2, 3));
    Tensor drawn = run(y, ints(11, 13, 5));
    for (int i = 0; i < 6; i++) assertEquals(Philox.uniform(11, 13, 7, 5, i), drawn.at(i));
  }

  // -- element by element

  @Test
  void unary() {
    Value a = f64("a", 3);
    Tensor x = row(0.25, 1, -2);
    assertEquals(row(-0.25, -1, 2), run(a.neg(), x));
    assertEquals(row(Math.exp(0.25), Math.E, Math.exp(-2)), run(Ops.exp(a), x));
    assertEquals(row(Math.log(0.25), 0, NAN), run(Ops.log(a), x));
    assertEquals(row(0.5, 1, NAN), run(Ops.sqrt(a), x));
    assertEquals(row(Math.tanh(0.25), Math.tanh(1), Math.tanh(-2)), run(Ops.tanh(a), x));
    assertEquals(row(0.5, 1, 0), run(Ops.sigmoid(a), row(0, 1000, -1000)));
    assertEquals(x, run(a.stopGradient(), x));
    assertEquals(ints(Integer.MIN_VALUE, -7), run(i32("a", 2).neg(), ints(Integer.MIN_VALUE, 7)));
  }

  @Test
  void eachResultIsRoundedToItsType() {
    Value a = in("a", DType.F32, 1);
    Tensor tenth = Tensor.of(new float[] {0.1f}, 1);
    assertEquals(Tensor.of(new float[] {0.1f * 0.1f}, 1), run(a.times(a), tenth));
    assertEquals(Tensor.of(new float[] {(float) Math.exp(0.1f)}, 1), run(Ops.exp(a), tenth));
    assertEquals(
        Tensor.of(new float[] {Float.POSITIVE_INFINITY}, 1),
        run(a.times(1e30), Tensor.of(new float[] {1e30f}, 1)));
  }

  @Test
  void aSumOfF32IsRoundedOnce() {
    // added one by one in single precision, 2^24 swallows each one
    float[] a = {0x1p24f, 1, 1, 1, 1};
    assertEquals(
        Tensor.of(new float[] {0x1p24f + 4}, 1),
        run(in("a", DType.F32, 5).sum(0), Tensor.of(a, 5)));
    Value product = in("a", DType.F32, 1, 5).matmul(in("b", DType.F32, 5, 1));
    assertEquals(
        Tensor.of(new float[] {0x1p24f + 4}, 1, 1),
        run(product, Tensor.of(a, 1, 5), Tensor.of(new float[] {1, 1, 1, 1, 1}, 5, 1)));
  }

  @Test
  void cast() {
    Tensor x = row(-1.9, 0, 2.9, NAN, 1e10);
    Value a = f64("a", 5);
    assertEquals(ints(-1, 0, 2, 0, Integer.MAX_VALUE), run(a.cast(DType.I32), x));
    assertEquals(
        Tensor.of(new boolean[] {true, false, true, true, true}, 5), run(a.cast(DType.BOOL), x));
    assertEquals(Tensor.of(new float[] {0.1f}, 1), run(f64("a", 1).cast(DType.F32), row(0.1)));
    assertEquals(
        row(1.0, 0.0),
        run(in("a", DType.BOOL, 2).cast(DType.F64), Tensor.of(new boolean[] {true, false}, 2)));
  }

  @Test
  void binary() {
    Value a = f64("a", 3), b = f64("b", 3);
    Tensor x = row(6, -1, NAN), y = row(4, 0, 1);
    assertEquals(row(10, -1, NAN), run(a.plus(b), x, y));
    assertEquals(row(2, -1, NAN), run(a.minus(b), x, y));
    assertEquals(row(24, -0.0, NAN), run(a.times(b), x, y));
    assertEquals(row(1.5, -INF, NAN), run(a.over(b), x, y));
    assertEquals(row(6, 0, NAN), run(a.max(b), x, y));
    assertEquals(Tensor.of(new boolean[] {false, true, false}, 3), run(a.less(b), x, y));
    assertEquals(
        Tensor.of(new boolean[] {false, true, false}, 3), run(a.eq(b), x, row(4, -1, NAN)));
  }

  @Test
  void integersWrapAndDivideTowardsZero() {
    Value a = i32("a", 4), b = i32("b", 4);
    Tensor x = ints(Integer.MAX_VALUE, -7, 7, 1 << 30), y = ints(1, 2, 0, 1 << 30);
    assertEquals(ints(Integer.MIN_VALUE, -5, 7, Integer.MIN_VALUE), run(a.plus(b), x, y));
    assertEquals(ints(Integer.MAX_VALUE, -14, 0, 0), run(a.times(b), x, y));
    assertEquals(ints(Integer.MAX_VALUE, -3, 0, 1), run(a.over(b), x, y));
    int big = 123_456_789; // its square needs more than the 53 bits of a double
    assertEquals(ints(big * big, 4, 0, 1), run(a.times(a), ints(big, 2, 0, 1)));
    assertEquals(
        ints(-1).reshape(1), run(i32("a", 2).sum(0), ints(Integer.MAX_VALUE, Integer.MIN_VALUE)));
  }

  @Test
  void where() {
    Value chosen = in("a", DType.BOOL, 3).where(f64("b", 3), f64("c", 3));
    Tensor condition = Tensor.of(new boolean[] {true, false, true}, 3);
    assertEquals(row(1, 5, 3), run(chosen, condition, row(1, NAN, 3), row(4, 5, NAN)));
  }

  // -- contraction and reduction

  @Test
  void matMul() {
    Value a = f64("a", 2, 3), b = f64("b", 3, 2);
    assertEquals(
        Tensor.of(new double[] {10, 13, 28, 40}, 2, 2), run(a.matmul(b), count(2, 3), count(3, 2)));
    Value batched = f64("a", 2, 1, 2).matmul(f64("b", 2, 2, 1));
    assertEquals(
        Tensor.of(new double[] {1, 13}, 2, 1, 1), run(batched, count(2, 1, 2), count(2, 2, 1)));
    Value shared = f64("a", 2, 1, 2).matmul(f64("b", 2, 1));
    assertEquals(Tensor.of(new double[] {1, 3}, 2, 1, 1), run(shared, count(2, 1, 2), count(2, 1)));
    Value empty = f64("a", 2, 0).matmul(f64("b", 0, 2));
    assertEquals(Tensor.zeros(DType.F64, 2, 2), run(empty, count(2, 0), count(0, 2)));
  }

  @Test
  void reductions() {
    Value a = f64("a", 2, 3, 2);
    Tensor x = count(2, 3, 2);
    assertEquals(Tensor.of(new double[] {6, 9, 24, 27}, 2, 1, 2), run(a.sum(1), x));
    assertEquals(Tensor.of(new double[] {6, 8, 10, 12, 14, 16}, 1, 3, 2), run(a.sum(0), x));
    assertEquals(Tensor.of(new double[] {4, 5, 10, 11}, 2, 1, 2), run(a.maxOver(1), x));
    assertEquals(Tensor.scalar(DType.F64, 66), run(a.total(), x));
    assertEquals(row(NAN), run(f64("a", 3).maxOver(0), row(1, NAN, 2)));
    assertEquals(row(-INF), run(f64("a", 0).maxOver(0), count(0)));
    assertEquals(row(0.0), run(f64("a", 0).sum(0), count(0)));
    assertEquals(ints(-2), run(i32("a", 2).maxOver(0), ints(-3, -2)));
  }

  // -- shape

  @Test
  void shapeOps() {
    Value a = f64("a", 2, 3);
    Tensor x = count(2, 3);
    assertEquals(count(3, 2), run(a.reshape(Shape.of(3, 2)), x));
    assertEquals(Tensor.of(new double[] {0, 3, 1, 4, 2, 5}, 3, 2), run(a.t(), x));
    assertEquals(
        Tensor.of(new double[] {0, 4, 1, 5, 2, 6, 3, 7}, 2, 2, 2),
        run(f64("a", 2, 2, 2).transpose(List.of(1, 2, 0)), count(2, 2, 2)));
    assertEquals(
        Tensor.of(new double[] {0, 0, 1, 1}, 2, 2),
        run(f64("a", 2, 1).expand(Shape.of(2, 2)), count(2, 1)));
    assertEquals(
        Tensor.of(new double[] {0, 1, 0, 1}, 2, 2),
        run(f64("a", 2).expand(Shape.of(2, 2)), count(2)));
    assertEquals(
        Tensor.of(new double[] {0, 1, 2, 0, 3, 4, 5, 1}, 2, 4),
        run(Ops.concat(1, List.of(a, f64("b", 2, 1))), x, count(2, 1)));
    assertEquals(Tensor.of(new double[] {1, 2, 4, 5}, 2, 2), run(a.slice(1, 1, 3), x));
    assertEquals(Tensor.of(new double[] {3, 4, 5}, 1, 3), run(a.slice(0, 1, 2), x));
    assertEquals(
        Tensor.of(new double[] {0, 0, 1, 2, 0, 0, 3, 4, 5, 0}, 2, 5),
        run(a.pad(1, Dim.ONE, Dim.ONE), x));
  }

  // -- index

  @Test
  void gatherAndScatter() {
    Value table = f64("a", 3, 2);
    assertEquals(
        Tensor.of(new double[] {4, 5, 0, 1, 4, 5}, 3, 1, 2),
        run(table.gather(i32("b", 3, 1)), count(3, 2), Tensor.of(new int[] {2, 0, 2}, 3, 1)));
    assertEquals(
        Tensor.of(new double[] {2, 3, 0, 0, 4, 6}, 3, 2),
        run(table.scatter(i32("b", 3), Dim.of(3)), count(3, 2), ints(2, 0, 2)));
    assertEquals(row(30.0, 20.0), run(f64("a", 2).gather(i32("b", 2)), row(20, 30), ints(1, 0)));
  }

  @Test
  void anIdOutsideTheTableIsNamed() {
    Value rows = f64("a", 3, 2).gather(i32("b", 1));
    var e = assertThrows(ShapeException.class, () -> run(rows, count(3, 2), ints(3)));
    assertEquals("id 3 is outside 0..2 in Gather", e.getMessage().substring(0, 30));
    assertThrows(ShapeException.class, () -> run(rows, count(3, 2), ints(-1)));
  }

  // -- the loop

  /** Running sums of a sequence: the carry and the stacked carries. */
  private static Loop.Result sums(Loop loop, Value x, Value init) {
    return loop.run(
        List.of(init),
        List.of(x),
        (h, step) -> {
          Value next = h.get(0).plus(step.get(0));
          return new Loop.Trip(List.of(next), List.of(next));
        });
  }

  @Test
  void scanForwardAndReverse() {
    Value x = f64("a", 3, 1), init = f64("b", 1);
    Tensor xs = Tensor.of(new double[] {1, 2, 4}, 3, 1);
    var forward = sums(Loop.of(Dim.of(3)), x, init);
    assertEquals(
        Tensor.of(new double[] {11, 13, 17}, 3, 1), run(forward.ys().get(0), xs, row(10.0)));
    assertEquals(row(17.0), run(forward.carry().get(0), xs, row(10.0)));
    var reverse = sums(new Loop(Dim.of(3), true, Optional.empty()), x, init);
    assertEquals(
        Tensor.of(new double[] {17, 16, 14}, 3, 1), run(reverse.ys().get(0), xs, row(10.0)));
    assertEquals(row(17.0), run(reverse.carry().get(0), xs, row(10.0)));
  }

  @Test
  void aLoopOfNoStepsYieldsItsInit() {
    Value x = f64("a", 0, 1), init = f64("b", 1);
    var loop = sums(Loop.of(Dim.of(0)), x, init);
    assertEquals(row(10.0), run(loop.carry().get(0), count(0, 1), row(10.0)));
    assertEquals(count(0, 1), run(loop.ys().get(0), count(0, 1), row(10.0)));
  }

  @Test
  void paddingIsNeverRead() {
    Value x = f64("a", 3, 2), init = f64("b", 2);
    Value lengths = i32("c", 2);
    Tensor xs = Tensor.of(new double[] {1, 8, 2, NAN, 4, NAN}, 3, 2);
    for (boolean reverse : List.of(false, true)) {
      var loop = sums(new Loop(Dim.of(3), reverse, Optional.of(lengths)), x, init);
      double[] ys = reverse ? new double[] {7, 28, 6, 0, 4, 0} : new double[] {1, 28, 3, 0, 7, 0};
      assertEquals(Tensor.of(ys, 3, 2), run(loop.ys().get(0), xs, row(0.0, 20.0), ints(3, 1)));
      assertEquals(row(7.0, 28.0), run(loop.carry().get(0), xs, row(0.0, 20.0), ints(3, 1)));
    }
  }

  @Test
  void paddingDoesNotMixIntoLiveRows() {
    // each row plus the sum over the batch: a dead row must count as zeros and not as its padding
    Value x = f64("a", 2, 2), init = f64("b", 2);
    var loop =
        new Loop(Dim.of(2), false, Optional.of(i32("c", 2)))
            .run(
                List.of(init),
                List.of(x),
                (h, s) -> {
                  Value y = s.get(0).plus(s.get(0).sum(0));
                  return new Loop.Trip(h, List.of(y));
                });
    Tensor xs = Tensor.of(new double[] {1, 8, 2, NAN}, 2, 2);
    assertEquals(
        Tensor.of(new double[] {10, 17, 4, 0}, 2, 2),
        run(loop.ys().get(0), xs, row(0.0, 0.0), ints(2, 1)));
  }

  @Test
  void loopsNestAndCapture() {
    // y[t] = sum over s of w[s] * x[t], with w captured through both loops
    Value w = f64("a", 2), x = f64("b", 3);
    var outer =
        Loop.of(Dim.of(3))
            .run(
                List.of(x.slice(0, 0, 1).reshape(Shape.SCALAR).times(0)),
                List.of(x),
                (h, xt) -> {
                  var inner =
                      Loop.of(Dim.of(2))
                          .run(
                              List.of(h.get(0).times(0)),
                              List.of(w),
                              (sum, ws) ->
                                  new Loop.Trip(
                                      List.of(sum.get(0).plus(ws.get(0).times(xt.get(0)))),
                                      List.of()));
                  Value y = inner.carry().get(0);
                  return new Loop.Trip(List.of(h.get(0).plus(y)), List.of(y));
                });
    assertEquals(row(5, 10, 15), run(outer.ys().get(0), row(2, 3), row(1, 2, 3)));
    assertEquals(Tensor.scalar(DType.F64, 30), run(outer.carry().get(0), row(2, 3), row(1, 2, 3)));
  }

  // -- what an executable keeps

  @Test
  void symbolsAreBoundAnewAtEachRun() {
    Value x = Ops.input("x", DType.F64, Shape.of(T, B));
    Value mean = x.mean(0);
    var graph = Graph.of(List.of(x), Map.of("mean", mean));
    try (Executable e = new Reference().compile(graph, CompileOptions.threads(1))) {
      for (int round = 0; round < 2; round++) {
        e.write("x", count(2, 3));
        e.run();
        assertEquals(Tensor.of(new double[] {1.5, 2.5, 3.5}, 1, 3), e.read("mean"));
        e.write("x", count(4, 1));
        e.run();
        assertEquals(Tensor.of(new double[] {1.5}, 1, 1), e.read("mean"));
      }
    }
  }

  @Test
  void retainedOutputsBecomeInputs() {
    Value w = f64("w", 1), v = f64("v", 1);
    var graph = Graph.of(List.of(w, v), Map.of("next", w.plus(v), "v", w));
    var options = CompileOptions.threads(1).retaining(Map.of("next", "w", "v", "v"));
    try (Executable e = new Reference().compile(graph, options)) {
      e.write("w", row(1.0));
      e.write("v", row(0.0));
      var fibonacci = new ArrayList<Double>();
      for (int i = 0; i < 6; i++) {
        e.run();
        fibonacci.add(e.scalar("w"));
        assertEquals(e.read("next"), e.read("w"));
      }
      assertEquals(List.of(1.0, 2.0, 3.0, 5.0, 8.0, 13.0), fibonacci);
      e.write("w", row(100.0));
      e.run();
      assertEquals(108.0, e.scalar("next"));
    }
  }

  @Test
  void writingAndReadingCopy() {
    Value a = f64("a", 1);
    var graph = Graph.of(List.of(a), Map.of("y", a));
    try (Executable e = new Reference().compile(graph, CompileOptions.threads(1))) {
      double[] mine = {1};
      e.write("a", Tensor.of(mine, 1));
      mine[0] = 2;
      e.run();
      e.read("y").doubles()[0] = 3;
      assertArrayEquals(new double[] {1}, e.read("y").doubles());
      assertArrayEquals(new double[] {1}, e.read("a").doubles());
    }
  }

  // -- what it says when misused

  private static String messageOf(org.junit.jupiter.api.function.Executable misuse) {
    return assertThrows(ShapeException.class, misuse).getMessage();
  }

  @Test
  void mistakesAreNamed() {
    Value x = Ops.input("tokens", DType.F64, Shape.of(T, Dim.of(2)));
    var graph = Graph.of(List.of(x), Map.of("loss", x.total()));
    Executable e = new Reference().compile(graph, CompileOptions.threads(1));
    assertEquals("input 'tokens', f64[T, 2], was never written", messageOf(e::run));
    assertEquals(
        "no input named 'token'. Did you mean 'tokens'? There are: tokens.",
        messageOf(() -> e.write("token", count(3, 2))));
    assertEquals(
        "input 'tokens' is f64[T, 2], not F32[3, 2]",
        messageOf(() -> e.write("tokens", count(3, 2).cast(DType.F32))));
    assertEquals(
        "input 'tokens' is f64[T, 2], not F64[3, 3]",
        messageOf(() -> e.write("tokens", count(3, 3))));
    assertEquals("output 'loss' is read before any run", messageOf(() -> e.read("loss")));
    assertEquals("input 'tokens' was never written", messageOf(() -> e.read("tokens")));
    assertEquals(
        "no output or input named 'los'. Did you mean 'loss'? There are: loss, tokens.",
        messageOf(() -> e.read("los")));
    e.close();
    e.close();
    assertThrows(IllegalStateException.class, e::run);
  }

  @Test
  void whatCannotBeRetainedIsNamed() {
    Value x = f64("x", 2);
    var graph = Graph.of(List.of(x), Map.of("loss", x.total()));
    var none = CompileOptions.threads(1);
    assertEquals(
        "cannot retain 'los': no such output. Did you mean 'loss'?",
        messageOf(() -> new Reference().compile(graph, none.retaining(Map.of("los", "x")))));
    assertEquals(
        "cannot retain 'loss' in 'y': no such input. Did you mean 'x'?",
        messageOf(() -> new Reference().compile(graph, none.retaining(Map.of("loss", "y")))));
    assertEquals(
        "cannot retain 'loss', f64[], in 'x', f64[2]",
        messageOf(() -> new Reference().compile(graph, none.retaining(Map.of("loss", "x")))));
  }

  @Test
  void aSliceBeyondTheBoundExtentIsNamed() {
    Value x = Ops.input("a", DType.F64, Shape.of(T));
    Value head = x.slice(0, 0, 3);
    assertEquals(row(0.0, 1.0, 2.0), run(head, count(4)));
    String message = messageOf(() -> run(head, count(2)));
    assertTrue(message.startsWith("Slice") && message.endsWith(" takes 0..3 of 2"), message);
    Value last = x.slice(0, T.minus(Dim.of(3)), T);
    assertThrows(ShapeException.class, () -> run(last, count(2)));
  }
}
