package recurve.backend.vector;

import java.util.Arrays;
import java.util.List;
import recurve.ir.DType;

/**
 * The sum or maximum along an axis that is not the last: whole rows are added up, columns apart.
 *
 * <p>Shares are cut by what stays, so each sum runs in the order of its axis.
 */
final class Reduce implements Instruction {
  private static final int STRIP = 8192;

  private final View from; // [outer, n, inner]
  private final View to; // [outer, inner]
  private final boolean max;

  Reduce(View from, View to, boolean max) {
    this.from = from;
    this.to = to;
    this.max = max;
  }

  @Override
  public int extent() {
    return to.dim(0) == 1 ? to.dim(1) : to.dim(0);
  }

  @Override
  public int grain() {
    return to.dim(0) == 1 ? 64 : 1;
  }

  @Override
  public List<Access> accesses() {
    boolean byRow = to.dim(0) != 1;
    return List.of(Access.reads(from, byRow), Access.writes(to, byRow));
  }

  @Override
  public void run(Frame frame, int first, int last) {
    int f = from.at(frame), t = to.at(frame);
    if (to.dim(0) == 1) {
      columns(f + first * from.stride(2), t + first * to.stride(1), last - first);
    } else {
      for (int o = first; o < last; o++)
        columns(f + o * from.stride(0), t + o * to.stride(0), to.dim(1));
    }
  }

  private void columns(int f, int t, int n) {
    int in = from.stride(2), out = to.stride(1), rows = from.dim(1);
    if (from.dtype() == DType.F32 && !max && in == 1 && out == 1) {
      float[] x = from.buffer().floats(), y = to.buffer().floats();
      for (int j = 0; j < n; j += STRIP) { // a strip of the sums stays in cache
        int width = Math.min(STRIP, n - j);
        sum(x, f + j, from.stride(1), rows, y, t + j, width);
      }
      return;
    }
    Object x = from.buffer().array(), y = to.buffer().array();
    for (int j = 0; j < n; j++) {
      double sum = max ? PlainKernel.lowest(from.dtype()) : 0;
      for (int r = 0; r < rows; r++) {
        double v = PlainKernel.get(x, f + r * from.stride(1) + j * in);
        sum = max ? Math.max(sum, v) : from.dtype() == DType.I32 ? (int) (sum + v) : sum + v;
      }
      PlainKernel.set(y, t + j * out, sum);
    }
  }

  /** Adds rows one by one in their order, but reads and writes the sums for four at a time. */
  private static void sum(float[] x, int f, int stride, int rows, float[] y, int t, int n) {
    Arrays.fill(y, t, t + n, 0);
    int r = 0, a = f;
    for (; r + 4 <= rows; r += 4, a += 4 * stride) {
      int b = a + stride, c = b + stride, d = c + stride;
      for (int j = 0; j < n; j++) {
        y[t + j] = y[t + j] + x[a + j] + x[b + j] + x[c + j] + x[d + j];
      }
    }
    for (; r < rows; r++, a += stride) {
      for (int j = 0; j < n; j++) y[t + j] += x[a + j];
    }
  }

  @Override
  public String toString() {
    return "Reduce " + from;
  }
}
