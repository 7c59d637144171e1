package recurve.backend.vector;

import java.util.List;
import recurve.ir.DType;

/**
 * One product for each index of the leading axes, or one of doubles: a loop over the contraction,
 * rows of the right side at a time.
 *
 * <p>Attention's products are of this kind: many, small, and each of another matrix.
 */
final class BatchProduct implements Instruction {
  private static final int STRIP = 2048;

  private final View a; // [batch..., m, k]
  private final View b; // [batch..., k, n]
  private final View c; // [batch..., m, n]

  BatchProduct(View a, View b, View c) {
    this.a = a;
    this.b = b;
    this.c = c;
  }

  @Override
  public int extent() {
    return c.dim(0);
  }

  @Override
  public List<Access> accesses() {
    boolean matrix = a.rank() == 2;
    return List.of(Access.reads(a, true), Access.reads(b, !matrix), Access.writes(c, true));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    int[] at = {a.at(frame), b.at(frame), c.at(frame)};
    if (a.rank() == 2) {
      at[0] += from * a.stride(0);
      at[2] += from * c.stride(0);
      multiply(to - from, at[0], at[1], at[2]);
    } else {
      nest(0, from, to, at[0], at[1], at[2]);
    }
  }

  private void nest(int axis, int from, int to, int ao, int bo, int co) {
    if (axis == a.rank() - 2) {
      multiply(a.dim(-2), ao, bo, co);
      return;
    }
    for (int i = from; i < to; i++) {
      int next = axis + 1 < a.rank() - 2 ? a.dim(axis + 1) : 0;
      nest(
          axis + 1,
          0,
          next,
          ao + i * a.stride(axis),
          bo + i * b.stride(axis),
          co + i * c.stride(axis));
    }
  }

  private void multiply(int rows, int ao, int bo, int co) {
    int depth = a.dim(-1), columns = c.dim(-1);
    int ai = a.stride(-2), ak = a.stride(-1), bk = b.stride(-2), bj = b.stride(-1);
    int ci = c.stride(-2), cj = c.stride(-1);
    if (a.dtype() == DType.F64) {
      double[] x = (double[]) a.buffer().array(), y = (double[]) b.buffer().array();
      double[] z = (double[]) c.buffer().array();
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          double sum = 0;
          for (int k = 0; k < depth; k++) {
            sum += x[ao + i * ai + k * ak] * y[bo + k * bk + j * bj];
          }
          z[co + i * ci + j * cj] = sum;
        }
      }
      return;
    }
    float[] x = a.buffer().floats(), y = b.buffer().floats(), z = c.buffer().floats();
    for (int i = 0; i < rows; i++) {
      int row = co + i * ci;
      for (int j = 0; j < columns; j++) z[row + j * cj] = 0;
      if (bj == 1 && cj == 1) {
        for (int j = 0; j < columns; j += STRIP) { // a strip of the row stays in cache
          int n = Math.min(STRIP, columns - j);
          for (int k = 0; k < depth; k++) {
            axpy(x[ao + i * ai + k * ak], y, bo + k * bk + j, z, row + j, n);
          }
        }
      } else {
        for (int j = 0; j < columns; j++) {
          float sum = 0;
          for (int k = 0; k < depth; k++) {
            sum = Math.fma(x[ao + i * ai + k * ak], y[bo + k * bk + j * bj], sum);
          }
          z[row + j * cj] = sum;
        }
      }
    }
  }

  private static void axpy(float s, float[] y, int yo, float[] z, int zo, int n) {
    for (int j = 0; j < n; j++) z[zo + j] = Math.fma(s, y[yo + j], z[zo + j]);
  }

  @Override
  public String toString() {
    return "BatchProduct " + a + " x " + b;
  }
}
