package recurve.backend.vector;

import java.util.List;
import recurve.ir.DType;

/**
 * One product for each index of the leading axes, or one whose right side changes from step to
 * step, or one of doubles.
 *
 * <p>Attention's products are of this kind: many, small, and each of another matrix. A matrix that
 * many rows use is packed by the thread that uses it; a row or a column alone reads its matrix as
 * it lies.
 */
final class BatchProduct implements Instruction {
  private static final int FEW = 3; // rows, or columns, for which packing does not pay

  private final Products products;
  private final View a; // [batch..., m, k]
  private final View b; // [batch..., k, n]
  private final View c; // [batch..., m, n]

  BatchProduct(Products products, View a, View b, View c) {
    this.products = products;
    this.a = a;
    this.b = b;
    this.c = c;
  }

  @Override
  public int extent() {
    return c.dim(0);
  }

  @Override
  public int grain() {
    long each = work() / Math.max(1, c.dim(0));
    return (int) Math.max(1, 20_000 / Math.max(1, each));
  }

  @Override
  public long work() {
    return (long) c.size() * a.dim(-1);
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
      multiply(frame, to - from, at[0], at[1], at[2]);
    } else {
      nest(frame, 0, from, to, at[0], at[1], at[2]);
    }
  }

  private void nest(Frame frame, int axis, int from, int to, int ao, int bo, int co) {
    if (axis == a.rank() - 2) {
      multiply(frame, a.dim(-2), ao, bo, co);
      return;
    }
    for (int i = from; i < to; i++) {
      int next = axis + 1 < a.rank() - 2 ? a.dim(axis + 1) : 0;
      nest(
          frame,
          axis + 1,
          0,
          next,
          ao + i * a.stride(axis),
          bo + i * b.stride(axis),
          co + i * c.stride(axis));
    }
  }

  private void multiply(Frame frame, int rows, int ao, int bo, int co) {
    if (a.dtype() == DType.F64) {
      doubles(rows, ao, bo, co);
      return;
    }
    int depth = a.dim(-1), columns = c.dim(-1);
    float[] x = a.buffer().floats(), y = b.buffer().floats(), z = c.buffer().floats();
    int ai = a.stride(-2), ak = a.stride(-1), bk = b.stride(-2), bj = b.stride(-1);
    int ci = c.stride(-2), cj = c.stride(-1);
    boolean across = bj == 1 && cj == 1, along = (bk == 1 || depth == 1) && (ak == 1 || depth == 1);
    int all = a.dim(-2); // not the share's rows: the order of sums must not depend on the cut
    if (along && (columns <= FEW || (all <= FEW && !across))) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          z[co + i * ci + j * cj] = Strips.dot(x, ao + i * ai, y, bo + j * bj, depth, frame.tile());
        }
      }
    } else if (across && all <= FEW) {
      for (int i = 0; i < rows; i++) {
        Strips.rows(x, ao + i * ai, ak, y, bo, bk, z, co + i * ci, depth, columns);
      }
    } else if (cj == 1 || columns == 1) {
      packed(frame, rows, x, ao, y, bo, z, co);
    } else {
      plain(rows, x, ao, y, bo, z, co);
    }
  }

  /** Both sides brought into the order that the micro-kernels read. */
  private void packed(
      Frame frame, int rows, float[] x, int ao, float[] y, int bo, float[] z, int co) {
    int depth = a.dim(-1), columns = c.dim(-1), panels = Panels.count(columns);
    float[] own = frame.packed(Panels.size(depth, columns));
    Panels.pack(y, bo, b.stride(-2), b.stride(-1), depth, columns, 0, panels, own);
    float[] left = x;
    int lo = ao, lda = a.stride(-2);
    if (a.stride(-1) != 1 && depth > 1) {
      left = frame.turned(rows * depth);
      turn(x, ao, rows, depth, left);
      lo = 0;
      lda = depth;
    }
    int ldc = c.stride(-2);
    var near = Products.Walk.NEAR;
    products.multiply(
        rows, depth, columns, left, lo, lda, own, 0, panels, z, co, ldc, false, near, frame);
  }

  private void turn(float[] x, int ao, int rows, int depth, float[] left) {
    int ai = a.stride(-2), ak = a.stride(-1);
    if (ai == 1) {
      Transposer.copy(x, ao, ak, depth, rows, left, 0, depth);
      return;
    }
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < depth; k++) left[i * depth + k] = x[ao + i * ai + k * ak];
    }
  }

  private void plain(int rows, float[] x, int ao, float[] y, int bo, float[] z, int co) {
    int depth = a.dim(-1), columns = c.dim(-1);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        float sum = 0;
        for (int k = 0; k < depth; k++) {
          float p = x[ao + i * a.stride(-2) + k * a.stride(-1)];
          sum = Math.fma(p, y[bo + k * b.stride(-2) + j * b.stride(-1)], sum);
        }
        z[co + i * c.stride(-2) + j * c.stride(-1)] = sum;
      }
    }
  }

  private void doubles(int rows, int ao, int bo, int co) {
    int depth = a.dim(-1), columns = c.dim(-1);
    double[] x = (double[]) a.buffer().array(), y = (double[]) b.buffer().array();
    double[] z = (double[]) c.buffer().array();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
          double p = x[ao + i * a.stride(-2) + k * a.stride(-1)];
          sum += p * y[bo + k * b.stride(-2) + j * b.stride(-1)];
        }
        z[co + i * c.stride(-2) + j * c.stride(-1)] = sum;
      }
    }
  }

  @Override
  public String toString() {
    return "BatchProduct " + a + " x " + b;
  }
}
