package recurve.backend.vector;

import java.util.ArrayList;
import java.util.List;

/** Brings the right side of a product into panels; shares are cut by panel. */
final class Pack implements Instruction {
  private final Side from;
  private final View packed;

  Pack(Side from, View packed) {
    this.from = from;
    this.packed = packed;
  }

  /** Memory for the packed form. */
  static View target(View from) {
    int size = Panels.size(from.dim(0), from.dim(1));
    return View.of(Buffer.temporary(from.dtype(), size), new int[] {size});
  }

  @Override
  public int extent() {
    return Panels.count(from.columns());
  }

  @Override
  public int grain() {
    return Math.max(1, 8192 / (Panels.WIDTH * Math.max(1, from.depth())));
  }

  @Override
  public List<Access> accesses() {
    var all = new ArrayList<>(from.reads());
    all.add(Access.writes(packed, false));
    return all;
  }

  @Override
  public void run(Frame frame, int first, int last) {
    from.pack(frame, 0, from.columns(), first, last, packed.buffer().floats());
  }

  @Override
  public String toString() {
    return "Pack " + from;
  }
}
