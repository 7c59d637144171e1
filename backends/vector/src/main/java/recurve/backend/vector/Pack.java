package recurve.backend.vector;

import java.util.List;

/** Brings the right side of a product into panels; shares are cut by panel. */
final class Pack implements Instruction {
  private final View from; // [depth, columns], any strides
  private final View packed;

  Pack(View from, View packed) {
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
    return Panels.count(from.dim(1));
  }

  @Override
  public int grain() {
    return Math.max(1, 8192 / (Panels.WIDTH * Math.max(1, from.dim(0))));
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(from, false), Access.writes(packed, false));
  }

  @Override
  public void run(Frame frame, int first, int last) {
    Panels.pack(
        from.buffer().floats(),
        from.at(frame),
        from.stride(0),
        from.stride(1),
        from.dim(0),
        from.dim(1),
        first,
        last,
        packed.buffer().floats());
  }

  @Override
  public String toString() {
    return "Pack " + from;
  }
}
