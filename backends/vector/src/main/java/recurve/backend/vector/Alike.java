package recurve.backend.vector;

import java.util.Arrays;
import java.util.List;

/**
 * For each update the sum of all that go into the row of its id: rows of the scattered table, which
 * need not be there.
 *
 * <p>Shares are cut along the table: each thread reads all ids and takes those of its rows.
 */
final class Alike implements Instruction {
  private final View updates; // [n, width], contiguous
  private final View ids; // [n]
  private final View first; // [rows], where a row's first update stands
  private final View to; // [n, width], contiguous

  /** Makes the instruction; {@code first} is memory of its own for as many ints as rows. */
  Alike(View updates, View ids, View first, View to) {
    this.updates = updates;
    this.ids = ids;
    this.first = first;
    this.to = to;
  }

  @Override
  public int extent() {
    return first.dim(0);
  }

  @Override
  public int grain() {
    return Math.max(1, first.dim(0) / 4);
  }

  @Override
  public List<Access> accesses() {
    return List.of(
        Access.reads(updates, false),
        Access.reads(ids, false),
        Access.writes(first, false),
        Access.writes(to, false));
  }

  @Override
  public void run(Frame frame, int from, int last) {
    int[] id = ids.buffer().ints(), places = first.buffer().ints();
    float[] x = updates.buffer().floats(), y = to.buffer().floats();
    int n = ids.dim(0), width = to.dim(1), step = ids.stride(0);
    int at = ids.at(frame), table = first.at(frame), u = updates.at(frame), w = to.at(frame);
    for (int i = 0; i < n; i++) {
      int row = id[at + i * step];
      if (row < 0 || row >= first.dim(0)) throw Gather.outside(row, first.dim(0));
      if (row >= from && row < last) places[table + row] = n;
    }
    for (int i = 0; i < n; i++) {
      int row = id[at + i * step];
      if (row < from || row >= last) continue;
      int place = places[table + row];
      if (place == n) {
        places[table + row] = i;
        System.arraycopy(x, u + i * width, y, w + i * width, width);
      } else {
        for (int j = 0; j < width; j++) y[w + place * width + j] += x[u + i * width + j];
      }
    }
    for (int i = 0; i < n; i++) {
      int row = id[at + i * step];
      if (row < from || row >= last || places[table + row] == i) continue;
      System.arraycopy(y, w + places[table + row] * width, y, w + i * width, width);
    }
  }

  @Override
  public String toString() {
    return "Alike " + updates + " of " + Arrays.toString(first.dims());
  }
}
