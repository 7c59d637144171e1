package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.backend.WeightType;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Weights that stay from run to run, and are kept in fewer bytes: against the reference. */
class WeightsTest {
  private static final Set<String> CONSTANT = Set.of("w", "u", "bias", "table");

  /** A cell whose two weights are joined, its output layer tied to the table of its words. */
  private static Graph cell(int units, int words) {
    Dim b = Dim.symbol("B"), t = Dim.symbol("T"), h = Dim.of(units);
    Value w = input("w", h, h), u = input("u", h, h), bias = input("bias", h);
    Value table = input("table", Dim.of(words), h);
    Value start = input("start", b, h);
    Value ids = Ops.input("ids", DType.I32, Shape.of(t, b));
    Value both = Ops.concat(1, List.of(w, u));
    Loop.Result loop =
        Loop.of(t)
            .run(
                List.of(start),
                List.of(table.gather(ids)),
                (carry, step) -> {
                  Value gates = carry.get(0).matmul(both);
                  Value left = gates.slice(1, 0, units), right = gates.slice(1, units, 2 * units);
                  Value sum = left.plus(step.get(0)).plus(bias);
                  Value next = Ops.tanh(sum.times(Ops.sigmoid(right)));
                  return new Loop.Trip(List.of(next), List.of(next));
                });
    Value y = loop.ys().get(0);
    return new Graph(
        List.of(w, u, bias, table, start, ids),
        List.of(y.matmul(table.t()), y.matmul(w), both, loop.carry().get(0)),
        List.of("tied", "free", "both", "last"));
  }

  private static Value input(String name, Dim... dims) {
    return Ops.input(name, DType.F32, Shape.of(dims));
  }

  /** One row and many, one panel and many, whole and in part. */
  @ParameterizedTest
  @CsvSource({"1, 1, 70, 130", "1, 5, 33, 700", "2, 1, 64, 64", "3, 1, 129, 1100", "9, 4, 40, 50"})
  void agreeWithTheReference(int rows, int steps, int units, int words) {
    Graph graph = cell(units, words);
    for (WeightType type : WeightType.values()) {
      try (Executable reference = compile(new Reference(), graph, 1, type);
          Executable one = compile(new VectorBackend(), graph, 1, type)) {
        write(reference, units, words, rows, steps, 1);
        write(one, units, words, rows, steps, 1);
        reference.run();
        one.run();
        for (String name : graph.names()) near(reference.read(name), one.read(name), type + name);
        for (int threads : new int[] {2, 3, 8}) {
          try (Executable many = compile(new VectorBackend(), graph, threads, type)) {
            write(many, units, words, rows, steps, 1);
            many.run();
            many.run();
            for (String name : graph.names()) assertEquals(one.read(name), many.read(name), name);
          }
        }
      }
    }
  }

  /** What was computed from a constant is computed again, for every binding, once it is written. */
  @ParameterizedTest
  @EnumSource(WeightType.class)
  void followAConstantThatIsWrittenAgain(WeightType type) {
    int units = 20, words = 90;
    Graph graph = cell(units, words);
    try (Executable reference = compile(new Reference(), graph, 1, type);
        Executable own = compile(new VectorBackend(), graph, 2, type)) {
      for (int seed = 1; seed <= 2; seed++) {
        for (int rows : new int[] {1, 7, 1}) {
          write(reference, units, words, rows, 2, seed);
          write(own, units, words, rows, 2, seed);
          reference.run();
          own.run();
          for (String name : graph.names()) near(reference.read(name), own.read(name), name);
        }
      }
    }
  }

  /** Without rounding, what is kept changes no bit of a result. */
  @Test
  void keepingAloneChangesNothing() {
    Graph graph = cell(50, 300);
    try (Executable kept = compile(new VectorBackend(), graph, 2, WeightType.F32);
        Executable plain = new VectorBackend().compile(graph, CompileOptions.threads(2));
        Executable rounded = compile(new VectorBackend(), graph, 2, WeightType.INT8)) {
      for (Executable e : List.of(kept, plain, rounded)) {
        write(e, 50, 300, 9, 3, 1);
        e.run();
      }
      for (String name : graph.names()) assertEquals(plain.read(name), kept.read(name), name);
      assertNotEquals(plain.read("free"), rounded.read("free"));
    }
  }

  private static Executable compile(Backend backend, Graph graph, int threads, WeightType type) {
    return backend.compile(graph, CompileOptions.threads(threads).holding(CONSTANT, type));
  }

  private static void write(Executable e, int units, int words, int rows, int steps, long seed) {
    var random = new Random(seed);
    Map<String, int[]> floats =
        Map.of(
            "w", new int[] {units, units},
            "u", new int[] {units, units},
            "bias", new int[] {units},
            "table", new int[] {words, units},
            "start", new int[] {rows, units});
    for (String name : List.of("w", "u", "bias", "table", "start")) {
      int[] dims = floats.get(name);
      float[] f = new float[View.size(dims)];
      for (int i = 0; i < f.length; i++) f[i] = (float) random.nextGaussian() / 8;
      e.write(name, Tensor.of(f, dims));
    }
    e.write("ids", Tensor.of(random.ints((long) rows * steps, 0, words).toArray(), steps, rows));
  }

  private static void near(Tensor expected, Tensor actual, String what) {
    assertEquals(expected.shape(), actual.shape(), what);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.at(i), actual.at(i), 1e-4, what + " " + i);
    }
  }
}
