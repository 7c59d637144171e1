package recurve.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Precision;
import recurve.backend.Support;
import recurve.backend.WeightType;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/**
 * What a backend with precisions must make of large products, in each of them.
 *
 * <p>Where one is absent, what is tested is that it says so and does not compute something else.
 */
public abstract class PrecisionTck {
  private static final int[][] SIZES = {
    {5, 700, 300},
    {20, 650, 2600},
    {20, 2600, 650},
    {700, 60, 1000},
    {353, 41, 385},
    {64, 64, 64},
    {47, 900, 353}
  };

  /** For the class that extends this one. */
  protected PrecisionTck() {}

  /** The backend to test, in any precision. */
  protected abstract Backend backend();

  private static Stream<DynamicTest> each(Consumer<Precision> test) {
    return Stream.of(Precision.values()).map(p -> dynamicTest(p.name(), () -> test.accept(p)));
  }

  private Optional<Backend> backend(Precision precision) {
    Backend asked = backend().in(precision);
    if (!(backend().support(precision) instanceof Support.Absent(String reason))) {
      return Optional.of(asked);
    }
    assertTrue(reason.endsWith("."), reason);
    Value x = Ops.input("x", DType.F32, Shape.of(Dim.of(3)));
    var graph = new Graph(List.of(x), List.of(x.plus(x)), List.of("y"));
    var options = CompileOptions.threads(1);
    assertThrows(IllegalStateException.class, () -> asked.compile(graph, options));
    return Optional.empty();
  }

  /** Sums in doubles over sides rounded as the precision says. */
  @TestFactory
  public final Stream<DynamicTest> sumsAreThoseOfTheRoundedSides() {
    return each(this::sums);
  }

  private void sums(Precision precision) {
    Optional<Backend> backend = backend(precision);
    if (backend.isEmpty()) return;
    for (int[] size : SIZES) {
      int rows = size[0], depth = size[1], columns = size[2];
      var random = new Random(rows + 31L * depth);
      float[] a = floats(random, rows * depth), b = floats(random, depth * columns);
      Value x = input("a", rows, depth),
          y = input("b", depth, columns),
          t = input("t", columns, depth);
      var graph =
          new Graph(List.of(x, y, t), List.of(x.matmul(y), x.matmul(t.t())), List.of("c", "d"));
      try (Executable e = backend.get().compile(graph, CompileOptions.threads(2))) {
        e.write("a", Tensor.of(a, rows, depth));
        e.write("b", Tensor.of(b, depth, columns));
        e.write("t", Tensor.of(b, columns, depth));
        e.run();
        for (String name : graph.names()) {
          Tensor c = e.read(name);
          for (int i = 0; i < rows; i += 1 + rows / 7) {
            for (int j = 0; j < columns; j += 1 + columns / 50) {
              double sum = 0;
              for (int k = 0; k < depth; k++) {
                float right = name.equals("c") ? b[k * columns + j] : b[j * depth + k];
                sum += (double) rounded(precision, a[i * depth + k]) * rounded(precision, right);
              }
              assertEquals(sum, c.at(i * columns + j), 2e-6 * depth, name + " " + i + " " + j);
            }
          }
        }
      }
    }
  }

  /** Loops and wide products, forwards and with their sides turned. */
  @TestFactory
  public final Stream<DynamicTest> sameBitsForAnyNumberOfThreads() {
    return each(p -> bits(p, false));
  }

  /** The same, rows of the loop ending early. */
  @TestFactory
  public final Stream<DynamicTest> sameBitsWhereRowsEnd() {
    return each(p -> bits(p, true));
  }

  private void bits(Precision precision, boolean ending) {
    Optional<Backend> backend = backend(precision);
    if (backend.isEmpty()) return;
    int steps = 7, rows = 19, units = 200, words = 1100;
    Value w = input("w", units, 4 * units), start = input("start", rows, units);
    Value table = input("table", words, units);
    Value xs = Ops.input("xs", DType.F32, Shape.of(Dim.of(steps), Dim.of(rows), Dim.of(units)));
    Value lengths = Ops.input("lengths", DType.I32, Shape.of(Dim.of(rows)));
    Loop.Result loop =
        new Loop(Dim.of(steps), false, ending ? Optional.of(lengths) : Optional.empty())
            .run(
                List.of(start),
                List.of(xs),
                (carry, step) -> {
                  Value gates = carry.get(0).plus(step.get(0)).matmul(w);
                  Value next = Ops.tanh(gates.slice(1, units, 2 * units));
                  return new Loop.Trip(List.of(next), List.of(next));
                });
    Value flat = loop.ys().get(0).reshape(Shape.of(Dim.of(steps * rows), Dim.of(units)));
    Value logits = flat.matmul(table.t());
    var graph =
        new Graph(
            List.of(w, start, table, xs, lengths),
            List.of(logits, flat.t().matmul(logits), logits.matmul(table)),
            List.of("logits", "weights", "back"));
    Optional<Executable> first = Optional.empty();
    try {
      for (int threads : new int[] {1, 2, 3, 8}) {
        Executable e = backend.get().compile(graph, CompileOptions.threads(threads));
        if (first.isEmpty()) first = Optional.of(e);
        var random = new Random(5);
        e.write("w", Tensor.of(floats(random, units * 4 * units), units, 4 * units));
        e.write("start", Tensor.of(floats(random, rows * units), rows, units));
        e.write("table", Tensor.of(floats(random, words * units), words, units));
        e.write("xs", Tensor.of(floats(random, steps * rows * units), steps, rows, units));
        int[] some = random.ints(rows, 0, steps + 1).toArray();
        e.write("lengths", Tensor.of(some, rows));
        e.run();
        e.run();
        for (String name : graph.names()) {
          assertEquals(first.get().read(name), e.read(name), name + ", " + threads + " threads");
        }
        if (e != first.get()) e.close();
      }
    } finally {
      first.ifPresent(Executable::close);
    }
  }

  private static Value input(String name, int rows, int columns) {
    return Ops.input(name, DType.F32, Shape.of(Dim.of(rows), Dim.of(columns)));
  }

  private static float rounded(Precision precision, float number) {
    return switch (precision) {
      case F32 -> number;
      case BF16 -> WeightType.ofBf16(WeightType.toBf16(number));
    };
  }

  private static float[] floats(Random random, int n) {
    float[] f = new float[n];
    for (int i = 0; i < n; i++) f[i] = random.nextFloat() - 0.5f;
    return f;
  }
}
