package recurve.backend.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Adds updates into rows of a zeroed table, or takes them off rows of a given one, in the order of
 * the ids.
 *
 * <p>Shares are cut along the table: each thread reads all ids and takes those of its rows, so no
 * sum depends on the number of threads.
 */
final class Scatter implements Instruction {
  private final View updates; // [n, width], rows contiguous
  private final View ids; // [n]
  private final View to; // [rows, width], contiguous
  private final Optional<View> base; // [rows, width], contiguous

  /** Makes the instruction; what there is a base for is less by the updates. */
  Scatter(View updates, View ids, View to, Optional<View> base) {
    this.updates = updates;
    this.ids = ids;
    this.to = to;
    this.base = base;
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
    var all = new ArrayList<Access>();
    base.ifPresent(b -> all.add(Access.reads(b, false)));
    all.add(Access.reads(updates, false));
    all.add(Access.reads(ids, false));
    all.add(Access.writes(to, false));
    return all;
  }

  @Override
  public boolean canOverwrite(Buffer input, Buffer output) {
    return base.filter(b -> b.buffer() == input && b.isWhole()).isPresent()
        && to.buffer() == output
        && to.isWhole()
        && updates.buffer() != input;
  }

  @Override
  public void run(Frame frame, int from, int last) {
    int[] id = ids.buffer().ints();
    int width = to.dim(1), start = to.at(frame);
    if (base.isPresent()) {
      Object found = base.get().buffer().array();
      int at = base.get().at(frame) + from * width;
      // in place, rows that get no update are left as they are
      if (found != to.buffer().array()) {
        System.arraycopy(
            found, at, to.buffer().array(), start + from * width, (last - from) * width);
      }
    } else {
      zero(to.buffer().array(), start + from * width, start + last * width);
    }
    for (int i = 0; i < ids.dim(0); i++) {
      int row = id[ids.at(frame) + i * ids.stride(0)];
      if (row < 0 || row >= to.dim(0)) throw Gather.outside(row, to.dim(0));
      if (row < from || row >= last) continue;
      add(
          updates.buffer().array(),
          updates.at(frame) + i * updates.stride(0),
          to.buffer().array(),
          start + row * width,
          width,
          base.isPresent());
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

  private static void add(Object from, int f, Object to, int t, int n, boolean minus) {
    if (from instanceof float[] x && to instanceof float[] y) {
      if (minus) for (int j = 0; j < n; j++) y[t + j] -= x[f + j];
      else for (int j = 0; j < n; j++) y[t + j] += x[f + j];
    } else {
      for (int j = 0; j < n; j++) {
        double by = PlainKernel.get(from, f + j);
        PlainKernel.set(to, t + j, PlainKernel.get(to, t + j) + (minus ? -by : by));
      }
    }
  }

  @Override
  public String toString() {
    return (base.isPresent() ? "Scatter off " : "Scatter ") + updates + " -> " + to;
  }
}
