package recurve.backend.vector;

import java.util.List;

/**
 * A product of few rows whose right side is read once, as it lies; shares are cut by columns.
 *
 * <p>Generation is of this kind: a row at a time past all weights. Nothing can be faster than the
 * memory, so all threads read.
 */
final class DirectProduct implements Instruction {
  private static final int COLUMNS = 64; // of a unit: whole cache lines

  private final View a; // [rows, depth], any strides
  private final View b; // [depth, columns], one of its strides is 1
  private final View c; // [rows, columns], the last axis contiguous

  DirectProduct(View a, View b, View c) {
    this.a = a;
    this.b = b;
    this.c = c;
  }

  /** Whether the right side can be read as it lies. */
  static boolean suits(View a, View b) {
    return b.stride(1) == 1 || b.dim(1) == 1 || (isAlong(b) && a.stride(1) == 1);
  }

  /** Whether columns, and not rows, are contiguous. */
  private static boolean isAlong(View b) {
    return b.stride(0) == 1 && b.stride(1) != 1;
  }

  @Override
  public int extent() {
    return (c.dim(1) + COLUMNS - 1) / COLUMNS;
  }

  @Override
  public int grain() {
    return (int) Math.max(1, 30_000L / ((long) a.size() * COLUMNS));
  }

  @Override
  public long work() {
    return (long) a.size() * c.dim(1);
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(a, false), Access.reads(b, false), Access.writes(c, false));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    int first = from * COLUMNS, n = Math.min(c.dim(1), to * COLUMNS) - first;
    int depth = a.dim(1);
    float[] x = a.buffer().floats(), y = b.buffer().floats(), z = c.buffer().floats();
    int bo = b.at(frame) + first * b.stride(1);
    for (int i = 0; i < a.dim(0); i++) {
      int ao = a.at(frame) + i * a.stride(0), co = c.at(frame) + i * c.stride(0) + first;
      if (isAlong(b)) {
        for (int j = 0; j < n; j++) {
          z[co + j] = Strips.dot(x, ao, y, bo + j * b.stride(1), depth, frame.tile());
        }
      } else {
        Strips.rows(x, ao, a.stride(1), y, bo, b.stride(0), z, co, depth, n);
      }
    }
  }

  @Override
  public String toString() {
    return "DirectProduct " + a + " x " + b;
  }
}
