package recurve.backend.vector;

import java.util.Arrays;
import java.util.List;

/**
 * Adds updates into rows of a zeroed table, in the order of the ids.
 *
 * <p>Shares are cut along the table: each thread reads all ids and takes those of its rows, so no
 * sum depends on the number of threads.
 */
final class Scatter implements Instruction {
  private final View updates; // [n, width], rows contiguous
  private final View ids; // [n]
  private final View to; // [rows, width], contiguous

  Scatter(View updates, View ids, View to) {
    this.updates = updates;
    this.ids = ids;
    this.to = to;
  }

  @Override
  public int extent() {
    return to.dim(0);
  }

  @Override
  public int grain() {
    return Math.max(1, 16384 / Math.max(1, to.dim(1)));
  }

  @Override
  public List<Access> accesses() {
    return List.of(
        Access.reads(updates, false), Access.reads(ids, false), Access.writes(to, false));
  }

  @Override
  public void run(Frame frame, int from, int last) {
    int[] id = ids.buffer().ints();
    int width = to.dim(1), start = to.at(frame);
    zero(to.buffer().array(), start + from * width, start + last * width);
    for (int i = 0; i < ids.dim(0); i++) {
      int row = id[ids.at(frame) + i * ids.stride(0)];
      if (row < 0 || row >= to.dim(0)) throw Gather.outside(row, to.dim(0));
      if (row < from || row >= last) continue;
      add(
          updates.buffer().array(),
          updates.at(frame) + i * updates.stride(0),
          to.buffer().array(),
          start + row * width,
          width);
    }
  }

  static void zero(Object array, int from, int to) {
    switch (array) {
      case float[] f -> Arrays.fill(f, from, to, 0);
      case double[] d -> Arrays.fill(d, from, to, 0);
      case int[] n -> Arrays.fill(n, from, to, 0);
      case boolean[] b -> Arrays.fill(b, from, to, false);
      default -> throw new IllegalStateException("no array of numbers: " + array.getClass());
    }
  }

  private static void add(Object from, int f, Object to, int t, int n) {
    if (from instanceof float[] x && to instanceof float[] y) {
      for (int j = 0; j < n; j++) y[t + j] += x[f + j];
    } else {
      for (int j = 0; j < n; j++) {
        PlainKernel.set(to, t + j, PlainKernel.get(to, t + j) + PlainKernel.get(from, f + j));
      }
    }
  }

  @Override
  public String toString() {
    return "Scatter " + updates + " -> " + to;
  }
}
