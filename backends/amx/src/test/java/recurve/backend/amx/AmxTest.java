package recurve.backend.amx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Precision;
import recurve.backend.vector.VectorBackend;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.tck.PrecisionTck;

/** Products by tiles, where there are tiles; small ones too. */
class AmxTest extends PrecisionTck {
  private static final Backend ALWAYS = new AmxBackend(Precision.F32, true);

  @Override
  protected Backend backend() {
    return ALWAYS;
  }

  /** Three parts lose nothing: the errors are no larger than those of sums of floats. */
  @Test
  void isAsExactAsFloats() {
    if (!ALWAYS.support().isAvailable()) return;
    int rows = 64, depth = 1500, columns = 96;
    var random = new Random(1);
    float[] a = normal(random, rows * depth), b = normal(random, depth * columns);
    double[] exact = product(a, b, rows, depth, columns);
    double tiles = error(multiply(ALWAYS, a, b, rows, depth, columns), exact);
    double floats = error(multiply(new VectorBackend(), a, b, rows, depth, columns), exact);
    assertTrue(tiles < floats, tiles + " and " + floats);
  }

  /** Numbers of all sizes: an error is small beside what was added up, whatever that cancels to. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "16, 32, 16",
    "17, 33, 15",
    "33, 31, 50",
    "32, 1601, 31",
    "80, 64, 371",
    "16, 1601, 128",
    "48, 70, 352",
    "10, 96, 150"
  })
  void errorsAreSmallBesideTheTerms(int rows, int depth, int columns) {
    if (!ALWAYS.support().isAvailable()) return;
    var random = new Random(rows + 31L * depth);
    float[] a = wide(random, rows * depth), b = wide(random, depth * columns);
    float[] c = multiply(ALWAYS, a, b, rows, depth, columns);
    double[] exact = product(a, b, rows, depth, columns);
    double[] size = product(absolute(a), absolute(b), rows, depth, columns);
    for (int i = 0; i < c.length; i++) {
      // roundings of sums to either side, and one of a product
      double some = (Math.sqrt(depth) + 2) * 0x1p-24;
      assertEquals(exact[i], c[i], some * size[i], "element " + i);
    }
  }

  /** What is no number stays none, and reaches its row or column only. */
  @Test
  void whatIsNoNumberIsSeen() {
    if (!ALWAYS.support().isAvailable()) return;
    int n = 40;
    for (float odd : new float[] {Float.NaN, Float.intBitsToFloat(0x7fffffff), 1f / 0}) {
      for (int side = 0; side < 2; side++) {
        float[] a = normal(new Random(2), n * n), b = normal(new Random(3), n * n);
        (side == 0 ? a : b)[21 * n + 35] = odd;
        float[] c = multiply(ALWAYS, a, b, n, n, n);
        for (int i = 0; i < n * n; i++) {
          boolean hit = side == 0 ? i / n == 21 : i % n == 35;
          assertEquals(!hit, Float.isFinite(c[i]), odd + " " + side + " " + i);
        }
      }
    }
  }

  /** Few uses of each number do not pay, and stay what the vector backend makes of them. */
  @Test
  void smallProductsAreLeftToVectors() {
    if (!ALWAYS.support().isAvailable()) return;
    int rows = 20, depth = 200, columns = 800;
    float[] a = normal(new Random(4), rows * depth), b = normal(new Random(5), depth * columns);
    float[] vectors = multiply(new VectorBackend(), a, b, rows, depth, columns);
    assertEquals(0, error(multiply(new AmxBackend(), a, b, rows, depth, columns), of(vectors)));
    assertFalse(error(multiply(ALWAYS, a, b, rows, depth, columns), of(vectors)) == 0);
  }

  private static float[] multiply(
      Backend backend, float[] a, float[] b, int rows, int depth, int columns) {
    Value x = Ops.input("a", DType.F32, Shape.of(Dim.of(rows), Dim.of(depth)));
    Value y = Ops.input("b", DType.F32, Shape.of(Dim.of(depth), Dim.of(columns)));
    var graph = new Graph(List.of(x, y), List.of(x.matmul(y)), List.of("c"));
    try (Executable e = backend.compile(graph, CompileOptions.threads(2))) {
      e.write("a", Tensor.of(a, rows, depth));
      e.write("b", Tensor.of(b, depth, columns));
      e.run();
      return e.read("c").floats();
    }
  }

  private static double[] product(float[] a, float[] b, int rows, int depth, int columns) {
    double[] c = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < depth; k++) {
        for (int j = 0; j < columns; j++) {
          c[i * columns + j] += (double) a[i * depth + k] * b[k * columns + j];
        }
      }
    }
    return c;
  }

  /** The root of the mean square of the differences. */
  private static double error(float[] c, double[] exact) {
    double sum = 0;
    for (int i = 0; i < c.length; i++) sum += (c[i] - exact[i]) * (c[i] - exact[i]);
    return Math.sqrt(sum / c.length);
  }

  private static double[] of(float[] m) {
    double[] d = new double[m.length];
    for (int i = 0; i < m.length; i++) d[i] = m[i];
    return d;
  }

  private static float[] absolute(float[] m) {
    float[] f = m.clone();
    for (int i = 0; i < f.length; i++) f[i] = Math.abs(f[i]);
    return f;
  }

  private static float[] normal(Random random, int n) {
    float[] f = new float[n];
    for (int i = 0; i < n; i++) f[i] = (float) random.nextGaussian();
    return f;
  }

  /** From 2<sup>-40</sup> to 2<sup>40</sup>. */
  private static float[] wide(Random random, int n) {
    float[] f = normal(random, n);
    for (int i = 0; i < n; i++) f[i] = Math.scalb(f[i], random.nextInt(-40, 41));
    return f;
  }
}
