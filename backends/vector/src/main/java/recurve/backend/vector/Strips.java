package recurve.backend.vector;

import jdk.incubator.vector.FloatVector;

/**
 * Products that pack nothing: each number of the right side is read once, in the order in which it
 * lies.
 *
 * <p>For few rows, where reading the right side is all that costs. The loops are small and the
 * vectors stay in them: see the traps in docs/internals.md.
 */
final class Strips {
  /** Columns whose sums stay in the first-level cache beside four rows of the right side. */
  static final int WIDTH = 1024;

  private static final int LANES = Lanes.COUNT;

  private Strips() {}

  /**
   * {@code c[j] = Σ a[k] b[k][j]}, rows of b contiguous; each sum in the order of k.
   *
   * @param a element k at {@code ao + k * ak}
   * @param b element (k, j) at {@code bo + k * bk + j}
   */
  static void rows(
      float[] a, int ao, int ak, float[] b, int bo, int bk, float[] c, int co, int depth, int n) {
    for (int j = 0; j < n; j += WIDTH) {
      int width = Math.min(WIDTH, n - j);
      java.util.Arrays.fill(c, co + j, co + j + width, 0);
      int k = 0;
      for (; k + 4 <= depth; k += 4) {
        int x = ao + k * ak, y = bo + k * bk + j;
        float x0 = a[x], x1 = a[x + ak], x2 = a[x + 2 * ak], x3 = a[x + 3 * ak];
        four(x0, x1, x2, x3, b, y, bk, c, co + j, width);
      }
      for (; k < depth; k++) one(a[ao + k * ak], b, bo + k * bk + j, c, co + j, width);
    }
  }

  private static void four(
      float x0, float x1, float x2, float x3, float[] b, int y, int bk, float[] c, int z, int n) {
    int whole = n - n % LANES;
    FloatVector v0 = FloatVector.broadcast(Lanes.FLOATS, x0);
    FloatVector v1 = FloatVector.broadcast(Lanes.FLOATS, x1);
    FloatVector v2 = FloatVector.broadcast(Lanes.FLOATS, x2);
    FloatVector v3 = FloatVector.broadcast(Lanes.FLOATS, x3);
    int y1 = y + bk, y2 = y1 + bk, y3 = y2 + bk;
    for (int j = 0; j < whole; j += LANES) {
      FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, c, z + j);
      sum = FloatVector.fromArray(Lanes.FLOATS, b, y + j).fma(v0, sum);
      sum = FloatVector.fromArray(Lanes.FLOATS, b, y1 + j).fma(v1, sum);
      sum = FloatVector.fromArray(Lanes.FLOATS, b, y2 + j).fma(v2, sum);
      sum = FloatVector.fromArray(Lanes.FLOATS, b, y3 + j).fma(v3, sum);
      sum.intoArray(c, z + j);
    }
    for (int j = whole; j < n; j++) {
      float sum = Math.fma(x1, b[y1 + j], Math.fma(x0, b[y + j], c[z + j]));
      c[z + j] = Math.fma(x3, b[y3 + j], Math.fma(x2, b[y2 + j], sum));
    }
  }

  private static void one(float x, float[] b, int y, float[] c, int z, int n) {
    int whole = n - n % LANES;
    FloatVector v = FloatVector.broadcast(Lanes.FLOATS, x);
    for (int j = 0; j < whole; j += LANES) {
      FloatVector sum = FloatVector.fromArray(Lanes.FLOATS, c, z + j);
      FloatVector.fromArray(Lanes.FLOATS, b, y + j).fma(v, sum).intoArray(c, z + j);
    }
    for (int j = whole; j < n; j++) c[z + j] = Math.fma(x, b[y + j], c[z + j]);
  }

  /**
   * {@code Σ a[k] b[k]}, both contiguous: two vectors of chains, added up lane by lane in a fixed
   * order.
   */
  static float dot(float[] a, int ao, float[] b, int bo, int depth, float[] scratch) {
    int whole = depth - depth % (2 * LANES);
    float sum = 0;
    if (whole > 0) {
      chains(a, ao, b, bo, whole, scratch);
      for (int i = 0; i < LANES; i++) sum += scratch[i];
    }
    for (int k = whole; k < depth; k++) sum = Math.fma(a[ao + k], b[bo + k], sum);
    return sum;
  }

  private static void chains(float[] a, int ao, float[] b, int bo, int whole, float[] sums) {
    FloatVector s = FloatVector.zero(Lanes.FLOATS), t = FloatVector.zero(Lanes.FLOATS);
    for (int k = 0; k < whole; k += 2 * LANES) {
      FloatVector x = FloatVector.fromArray(Lanes.FLOATS, a, ao + k);
      FloatVector y = FloatVector.fromArray(Lanes.FLOATS, a, ao + k + LANES);
      s = FloatVector.fromArray(Lanes.FLOATS, b, bo + k).fma(x, s);
      t = FloatVector.fromArray(Lanes.FLOATS, b, bo + k + LANES).fma(y, t);
    }
    s.add(t).intoArray(sums, 0);
  }
}
