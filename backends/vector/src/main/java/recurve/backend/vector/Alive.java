package recurve.backend.vector;

import java.util.List;

/** Copies the rows that have not ended at a step; the others become zero, or stay what they are. */
final class Alive implements Instruction {
  private final Copy copy;
  private final Copy clear;
  private final View lengths; // [batch]
  private final int depth;
  private final boolean zero;
  private final List<Access> accesses;
  private final int extent;

  Alive(View from, View to, View lengths, int depth, boolean zero) {
    this.copy = new Copy(from, to);
    this.clear = new Copy(View.constant(to.dtype(), 0, to.dims()), to);
    this.lengths = lengths;
    this.depth = depth;
    this.zero = zero;
    this.extent = to.dim(0);
    this.accesses =
        List.of(Access.reads(from, true), Access.reads(lengths, true), Access.writes(to, true));
  }

  @Override
  public int extent() {
    return extent;
  }

  @Override
  public List<Access> accesses() {
    return accesses;
  }

  @Override
  public void run(Frame frame, int from, int to) {
    int[] ends = lengths.buffer().ints();
    int at = lengths.at(frame);
    for (int row = from; row < to; row++) {
      if (frame.trip(depth) < ends[at + row]) copy.run(frame, row, row + 1);
      else if (zero) clear.run(frame, row, row + 1);
    }
  }

  @Override
  public String toString() {
    return "Alive " + copy;
  }
}
