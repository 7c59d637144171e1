package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Products that are not of many rows with one matrix, and loops whose rows are not apart. */
class FewRowsTest {
  private static final List<Integer> THREADS = List.of(1, 2, 3, 8);

  /**
   * A step at a time, as generation does: of one row, and of more rows than threads; and weights
   * larger than a core's cache.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 70, 130",
    "1, 5, 33, 700",
    "2, 3, 64, 64",
    "3, 1, 129, 1100",
    "9, 4, 40, 50",
    "21, 3, 730, 50",
    "3, 2, 1510, 50"
  })
  void loopsOfFewRows(int batch, int steps, int units, int words) {
    Dim b = Dim.symbol("B"), t = Dim.symbol("T"), h = Dim.of(units);
    Value w = input("w", h, h), table = input("table", Dim.of(words), h);
    Value start = input("start", b, h), x = input("x", t, b, h);
    Loop.Result loop =
        Loop.of(t)
            .run(
                List.of(start),
                List.of(x),
                (carry, step) -> {
                  Value next = Ops.tanh(carry.get(0).matmul(w).plus(step.get(0)));
                  return new Loop.Trip(List.of(next), List.of(next));
                });
    // the output layer tied to the table, and one that is not
    Value tied = loop.ys().get(0).matmul(table.t());
    Value free = loop.ys().get(0).matmul(input("free", h, Dim.of(words)));
    check(
        new Graph(
            List.of(w, table, start, x, free.node().input(1)),
            List.of(tied, free, loop.carry().get(0)),
            List.of("tied", "free", "last")),
        Map.of("B", batch, "T", steps));
  }

  /** What a step adds up over the batch is used by all rows in the next. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 37})
  void loopsThatMixRows(int batch) {
    Dim b = Dim.symbol("B"), t = Dim.symbol("T"), h = Dim.of(48);
    Value start = input("start", b, h), x = input("x", t, b, h), w = input("w", h, h);
    Loop.Result loop =
        Loop.of(t)
            .run(
                List.of(start),
                List.of(x),
                (carry, step) -> {
                  Value centred = carry.get(0).minus(carry.get(0).mean(0));
                  Value gram = centred.t().matmul(step.get(0)); // [H, H], another in each step
                  Value next = Ops.tanh(centred.matmul(gram).plus(step.get(0).matmul(w)));
                  return new Loop.Trip(List.of(next), List.of(next.sum(0).squeeze(0)));
                });
    check(
        new Graph(
            List.of(start, x, w),
            List.of(loop.carry().get(0), loop.ys().get(0)),
            List.of("last", "sums")),
        Map.of("B", batch, "T", 6));
  }

  /** Attention: keys with a query, weights with the memory, and what their gradients need. */
  @ParameterizedTest
  @CsvSource({"5, 1, 37, 65", "3, 40, 1, 33", "2, 17, 64, 96", "4, 2, 100, 3", "1, 33, 20, 17"})
  void batchedProducts(int batch, int m, int k, int n) {
    Dim b = Dim.symbol("B");
    Value x = input("x", b, Dim.of(m), Dim.of(k)), y = input("y", b, Dim.of(k), Dim.of(n));
    Value xt = input("xt", b, Dim.of(k), Dim.of(m)), yt = input("yt", b, Dim.of(n), Dim.of(k));
    check(
        new Graph(
            List.of(x, y, xt, yt),
            List.of(
                x.matmul(y),
                x.matmul(yt.swap(1, 2)),
                xt.swap(1, 2).matmul(y),
                xt.swap(1, 2).matmul(yt.swap(1, 2))),
            List.of("nn", "nt", "tn", "tt")),
        Map.of("B", batch));
  }

  private static Value input(String name, Dim... dims) {
    return Ops.input(name, DType.F32, Shape.of(dims));
  }

  /** The reference's values, and the same bits for any number of threads. */
  private static void check(Graph graph, Map<String, Integer> extents) {
    try (Executable reference = new Reference().compile(graph, CompileOptions.threads(1))) {
      Executable first = run(reference, graph, extents);
      for (int threads : THREADS) {
        try (Executable own =
                run(
                    new VectorBackend().compile(graph, CompileOptions.threads(threads)),
                    graph,
                    extents);
            Executable one =
                run(
                    new VectorBackend().compile(graph, CompileOptions.threads(1)),
                    graph,
                    extents)) {
          for (String name : graph.names()) {
            assertEquals(one.read(name), own.read(name), name + " on " + threads + " threads");
            float[] expected = first.read(name).floats(), actual = own.read(name).floats();
            for (int i = 0; i < expected.length; i++) {
              assertEquals(expected[i], actual[i], 1e-4, name + " " + i);
            }
          }
        }
      }
    }
  }

  private static Executable run(Executable e, Graph graph, Map<String, Integer> extents) {
    var random = new Random(3);
    for (Value v : graph.inputs()) {
      int[] dims = new int[v.rank()];
      int size = 1;
      for (int axis = 0; axis < dims.length; axis++) {
        Dim d = v.dim(axis);
        dims[axis] = d.isNumber() ? (int) d.number() : extents.get(d.toString());
        size *= dims[axis];
      }
      float[] f = new float[size];
      for (int i = 0; i < size; i++) f[i] = (float) random.nextGaussian() / 8;
      e.write(Graph.nameOf(v), Tensor.of(f, dims));
    }
    e.run();
    e.run();
    return e;
  }
}
