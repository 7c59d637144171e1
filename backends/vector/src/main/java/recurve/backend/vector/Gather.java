package recurve.backend.vector;

import java.util.List;
import recurve.ir.ShapeException;

/** Rows of a table by id; shares are cut along the ids' leading axis. */
final class Gather implements Instruction {
  private final View table; // [rows, width], rows contiguous
  private final View ids; // [units, ids of a unit]
  private final View to; // [units, ids of a unit, width], contiguous from the second axis on

  Gather(View table, View ids, View to) {
    this.table = table;
    this.ids = ids;
    this.to = to;
  }

  @Override
  public int extent() {
    return ids.dim(0);
  }

  @Override
  public int grain() {
    return Math.max(1, 8192 / Math.max(1, ids.dim(1) * to.dim(2)));
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(table, false), Access.reads(ids, true), Access.writes(to, true));
  }

  @Override
  public void run(Frame frame, int from, int last) {
    int[] id = ids.buffer().ints();
    int width = to.dim(2), rows = table.dim(0), base = table.at(frame);
    for (int u = from; u < last; u++) {
      for (int i = 0; i < ids.dim(1); i++) {
        int row = id[ids.at(frame) + u * ids.stride(0) + i * ids.stride(1)];
        if (row < 0 || row >= rows) throw outside(row, rows);
        System.arraycopy(
            table.buffer().array(),
            base + row * table.stride(0),
            to.buffer().array(),
            to.at(frame) + u * to.stride(0) + i * to.stride(1),
            width);
      }
    }
  }

  static ShapeException outside(int id, int rows) {
    return new ShapeException("id " + id + " is outside of a table of " + rows + " rows");
  }

  @Override
  public String toString() {
    return "Gather " + to;
  }
}
