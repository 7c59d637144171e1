package recurve.cell;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Shape;
import recurve.ir.ShapeException;
import recurve.ir.Tensor;

/** How a parameter begins. */
public sealed interface Init {
  /** Glorot uniform: what weights begin as. */
  Init WEIGHT = new Glorot();

  /** Orthogonal: what recurrent weights begin as. */
  Init RECURRENT = new Orthogonal();

  /** Zero: what biases begin as. */
  Init BIAS = new Constant(0);

  /** One number everywhere. */
  record Constant(double value) implements Init {}

  /** Uniform in [-bound, bound). */
  record Uniform(double bound) implements Init {}

  /** Normal with mean zero. */
  record Normal(double deviation) implements Init {}

  /** Uniform with bound sqrt(6 / (rows + columns)) (Glorot and Bengio 2010). */
  record Glorot() implements Init {}

  /** Orthonormal rows or columns, whichever are fewer (Saxe et al. 2014); matrices only. */
  record Orthogonal() implements Init {}

  /** A parameter that never trains, from numbers of the user's. */
  record Given(Tensor value) implements Init {}

  /** The most elements of an array on any JVM. */
  int LIMIT = Integer.MAX_VALUE - 8;

  /**
   * Whether an array can hold a parameter.
   *
   * @throws ShapeException naming the parameter, if none can
   */
  static void check(Shape shape, String name) {
    if (shape.dims().stream().mapToDouble(Dim::number).reduce(1, (a, b) -> a * b) > LIMIT) {
      throw new ShapeException(
          "parameter '"
              + name
              + "' would be "
              + shape
              + ", more numbers than an array holds; make"
              + " the model smaller");
    }
  }

  /**
   * The numbers: a pure function of shape, seed and the parameter's name, so that adding another
   * parameter changes none.
   */
  default Tensor draw(Shape shape, DType dtype, long seed, String name) {
    check(shape, name);
    int[] dims = shape.dims().stream().mapToInt(d -> Math.toIntExact(d.number())).toArray();
    int n = 1;
    for (int d : dims) n *= d;
    // String.hashCode is specified, so the stream is the same on every JVM
    var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + name.hashCode());
    int rows = dims.length == 0 ? 1 : dims[0];
    int columns = rows == 0 ? 0 : n / rows;
    double[] v =
        switch (this) {
          case Constant(double value) -> fill(n, () -> value);
          case Uniform(double bound) -> uniform(n, bound, random);
          case Normal(double deviation) -> fill(n, () -> deviation * gaussian(random));
          case Glorot() -> uniform(n, Math.sqrt(6.0 / Math.max(1, rows + columns)), random);
          case Orthogonal() -> orthogonal(rows, columns, random);
          case Given(Tensor value) -> given(value, n);
        };
    return Tensor.of(v, dims).cast(dtype);
  }

  private static double[] fill(int n, java.util.function.DoubleSupplier draw) {
    double[] v = new double[n];
    for (int i = 0; i < n; i++) v[i] = draw.getAsDouble();
    return v;
  }

  private static double[] uniform(int n, double bound, RandomGenerator random) {
    return fill(n, () -> (2 * random.nextDouble() - 1) * bound);
  }

  // polar method of our own: nextGaussian's algorithm is not specified across versions
  private static double gaussian(RandomGenerator random) {
    double u, s;
    do {
      u = 2 * random.nextDouble() - 1;
      double w = 2 * random.nextDouble() - 1;
      s = u * u + w * w;
    } while (s >= 1 || s == 0);
    return u * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
  }

  private static double[] given(Tensor value, int n) {
    if (value.size() != n) {
      throw new IllegalArgumentException(value + " was given for " + n + " numbers");
    }
    double[] v = new double[n];
    for (int i = 0; i < n; i++) v[i] = value.at(i);
    return v;
  }

  /** Gram-Schmidt, twice for accuracy, over the shorter side's vectors. */
  private static double[] orthogonal(int rows, int columns, RandomGenerator random) {
    int count = Math.min(rows, columns), length = Math.max(rows, columns);
    double[][] q = new double[count][];
    for (int i = 0; i < count; i++) {
      q[i] = fill(length, () -> gaussian(random));
      for (int twice = 0; twice < 2; twice++) {
        for (int j = 0; j < i; j++) axpy(-dot(q[i], q[j]), q[j], q[i]);
      }
      double norm = Math.sqrt(dot(q[i], q[i]));
      for (int k = 0; k < length; k++) q[i][k] /= norm;
    }
    double[] v = new double[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) v[r * columns + c] = rows <= columns ? q[r][c] : q[c][r];
    }
    return v;
  }

  // four sums, as one alone waits for each addition: it would be most of the time of a wide cell
  private static double dot(double[] a, double[] b) {
    double s = 0, t = 0, u = 0, v = 0;
    int i = 0;
    for (; i + 4 <= a.length; i += 4) {
      s += a[i] * b[i];
      t += a[i + 1] * b[i + 1];
      u += a[i + 2] * b[i + 2];
      v += a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) s += a[i] * b[i];
    return (s + t) + (u + v);
  }

  private static void axpy(double a, double[] x, double[] y) {
    for (int i = 0; i < y.length; i++) y[i] += a * x[i];
  }
}
