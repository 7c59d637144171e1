package recurve.backend.vector;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Products of packed panels, one thread: the recurrent step and the softmax layer of medium. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class ProductBenchmark {
  /** Rows, depth, columns; the last of odd extents. */
  @Param({"20x650x2600", "700x650x10000", "13x207x702"})
  public String shape = "";

  private final Products products = new Products();
  private final Frame frame = new Frame(0);
  private int rows;
  private int depth;
  private int columns;
  private float[] a = {};
  private float[] b = {};
  private float[] packed = {};
  private float[] c = {};

  /** Draws the sides, and checks one element of the product. */
  @Setup
  public void setUp() {
    String[] extents = shape.split("x");
    rows = Integer.parseInt(extents[0]);
    depth = Integer.parseInt(extents[1]);
    columns = Integer.parseInt(extents[2]);
    a = random(rows * depth, 1);
    b = random(depth * columns, 2);
    packed = new float[Panels.size(depth, columns)];
    c = new float[rows * columns];
    pack();
    multiply();
    double sum = 0;
    for (int k = 0; k < depth; k++) {
      sum += (double) a[(rows - 1) * depth + k] * b[k * columns + columns - 1];
    }
    double got = c[rows * columns - 1];
    if (Math.abs(sum - got) > 1e-4) throw new IllegalStateException(sum + " is not " + got);
  }

  private static float[] random(int size, long seed) {
    var random = new Random(seed);
    float[] f = new float[size];
    for (int i = 0; i < size; i++) f[i] = random.nextFloat() / 8;
    return f;
  }

  /** The product. */
  @Benchmark
  public float[] multiply() {
    int panels = Panels.count(columns);
    products.multiply(
        rows,
        depth,
        columns,
        a,
        0,
        depth,
        packed,
        0,
        panels,
        c,
        0,
        columns,
        false,
        Products.Walk.NEAR,
        frame);
    return c;
  }

  /** Bringing its right side into panels. */
  @Benchmark
  public float[] pack() {
    Panels.pack(b, 0, columns, 1, depth, columns, 0, Panels.count(columns), packed);
    return packed;
  }
}
