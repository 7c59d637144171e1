package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.WeightType;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Products by a library, at sizes around the borders of blocks and chunks. */
class GemmTest {
  private static final int WHOLE = 1 << 20; // depths are not cut

  /** Every combination of sides that are turned or not, each rounded, summed up in doubles. */
  @ParameterizedTest
  @CsvSource({
    "5, 3, 2",
    "7, 1, 5",
    "20, 30, 63",
    "17, 5, 64",
    "9, 4, 65",
    "351, 3, 400",
    "352, 2, 385",
    "353, 3, 20",
    "705, 2, 1537",
    "6, 700, 1600"
  })
  void sidesAreRoundedAndSumsAreNot(int rows, int depth, int columns) {
    var random = new Random(rows + 31L * depth + 1009L * columns);
    float[] a = floats(random, rows * depth), b = floats(random, depth * columns);
    float[] expected = new float[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
          sum += (double) half(a[i * depth + k]) * half(b[k * columns + j]);
        }
        expected[i * columns + j] = (float) sum;
      }
    }
    for (boolean left : new boolean[] {false, true}) {
      for (boolean right : new boolean[] {false, true}) {
        Value x = input("a", left ? depth : rows, left ? rows : depth);
        Value y = input("b", right ? columns : depth, right ? depth : columns);
        Value z = (left ? x.t() : x).matmul(right ? y.t() : y);
        var graph = new Graph(List.of(x, y), List.of(z), List.of("c"));
        Tensor as = left ? turned(a, rows, depth) : Tensor.of(a, rows, depth);
        Tensor bs = right ? turned(b, depth, columns) : Tensor.of(b, depth, columns);
        for (boolean kept : new boolean[] {false, true}) {
          for (int threads : new int[] {1, 2, 3, 8}) {
            var options = CompileOptions.threads(threads);
            if (kept) options = options.holding(Set.of("b"), WeightType.F32);
            try (Executable e = halves().compile(graph, options)) {
              e.write("a", as);
              e.write("b", bs);
              e.run();
              e.run();
              assertArrayEquals(expected, e.read("c").floats(), left + " " + right + " " + kept);
            }
          }
        }
      }
    }
  }

  /** Blocks of a deep product are added to what stands there, whatever the number of threads. */
  @Test
  void theDepthIsCut() {
    int rows = 70, depth = 150, columns = 600;
    Value x = input("x", rows, depth), w = input("w", depth, columns);
    var graph = new Graph(List.of(x, w), List.of(x.matmul(w)), List.of("y"));
    var random = new Random(4);
    Tensor xs = Tensor.of(floats(random, rows * depth), rows, depth);
    Tensor ws = Tensor.of(floats(random, depth * columns), depth, columns);
    for (boolean kept : new boolean[] {false, true}) {
      for (int threads : new int[] {1, 3}) {
        var options = CompileOptions.threads(threads);
        if (kept) options = options.holding(Set.of("w"), WeightType.F32);
        var cut = new VectorBackend(new PlainGemm(false, 1, 64));
        agree(new VectorBackend(), cut, graph, options, Map.of("x", xs, "w", ws));
      }
    }
  }

  /** Steps of a loop: by rows or, where a thread would have few, by columns; the depth is cut. */
  @Test
  void stepsOfALoop() {
    int steps = 5, rows = 20, units = 150;
    Value w = input("w", units, 4 * units), start = input("start", rows, units);
    Value x = Ops.input("x", DType.F32, Shape.of(Dim.of(steps), Dim.of(rows), Dim.of(units)));
    Value lengths = Ops.input("lengths", DType.I32, Shape.of(Dim.of(rows)));
    var random = new Random(6);
    float[] weights = floats(random, 4 * units * units);
    for (int i = 0; i < weights.length; i++) weights[i] /= 8; // so that errors do not grow
    Map<String, Tensor> inputs =
        Map.of(
            "x", Tensor.of(floats(random, steps * rows * units), steps, rows, units),
            "w", Tensor.of(weights, units, 4 * units),
            "start", Tensor.of(floats(random, rows * units), rows, units),
            "lengths", Tensor.of(random.ints(rows, 0, steps + 1).toArray(), rows));
    for (boolean ending : new boolean[] {false, true}) {
      Value y =
          new recurve.ir.Loop(
                  Dim.of(steps), false, ending ? Optional.of(lengths) : Optional.empty())
              .run(
                  List.of(start),
                  List.of(x),
                  (carry, step) -> {
                    Value gates = carry.get(0).plus(step.get(0)).matmul(w);
                    Value next = Ops.tanh(gates.slice(1, units, 2 * units));
                    return new recurve.ir.Loop.Trip(List.of(next), List.of(gates));
                  })
              .ys()
              .get(0);
      var graph = new Graph(List.of(x, w, start, lengths), List.of(y), List.of("y"));
      for (int threads : new int[] {1, 2, 8}) {
        var cut = new VectorBackend(new PlainGemm(false, 1, 64));
        agree(new VectorBackend(), cut, graph, CompileOptions.threads(threads), inputs);
      }
    }
  }

  /** Weights that are rounded once are rounded before they go to the library. */
  @Test
  void keptWeightsAreRoundedAsAsked() {
    Value x = input("x", 9, 40), w = input("w", 40, 50);
    var graph = new Graph(List.of(x, w), List.of(x.matmul(w)), List.of("y"));
    var random = new Random(3);
    Tensor xs = Tensor.of(floats(random, 9 * 40), 9, 40),
        ws = Tensor.of(floats(random, 2000), 40, 50);
    var options = CompileOptions.threads(2).holding(Set.of("w"), WeightType.INT8);
    var floats = new VectorBackend(new PlainGemm(false, 1, WHOLE));
    agree(new VectorBackend(), floats, graph, options, Map.of("x", xs, "w", ws));
  }

  /** Holds y of two backends against each other. */
  private static void agree(
      VectorBackend own,
      VectorBackend other,
      Graph graph,
      CompileOptions options,
      Map<String, Tensor> inputs) {
    try (Executable first = own.compile(graph, options);
        Executable second = other.compile(graph, options)) {
      for (Executable e : List.of(first, second)) {
        inputs.forEach(e::write);
        e.run();
        e.run();
      }
      Tensor expected = first.read("y"), actual = second.read("y");
      for (int i = 0; i < expected.size(); i++) {
        assertEquals(expected.at(i), actual.at(i), 1e-5, options + ", element " + i);
      }
    }
  }

  private static VectorBackend halves() {
    return new VectorBackend(new PlainGemm(true, 1, WHOLE));
  }

  private static Value input(String name, int rows, int columns) {
    return Ops.input(name, DType.F32, Shape.of(Dim.of(rows), Dim.of(columns)));
  }

  private static float half(float number) {
    return WeightType.ofBf16(WeightType.toBf16(number));
  }

  private static Tensor turned(float[] m, int rows, int columns) {
    float[] t = new float[m.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) t[j * rows + i] = m[i * columns + j];
    }
    return Tensor.of(t, columns, rows);
  }

  private static float[] floats(Random random, int n) {
    float[] f = new float[n];
    for (int i = 0; i < n; i++) f[i] = random.nextFloat() - 0.5f;
    return f;
  }
}
