package recurve.backend.vector;

import java.util.List;

/** Brings the right side of a product into a native library's order; shares are cut by chunk. */
final class GemmPack implements Instruction {
  private final GemmSide side;
  private final View packed; // the chunks one behind the other

  GemmPack(GemmSide side, View packed) {
    this.side = side;
    this.packed = packed;
  }

  @Override
  public int extent() {
    return side.chunks();
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(side.matrix(), false), Access.writes(packed, false));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    for (int chunk = from; chunk < to; chunk++) {
      side.pack(chunk, packed.buffer().segment().asSlice(chunk * side.bytes()));
    }
  }

  @Override
  public String toString() {
    return "GemmPack " + side.matrix();
  }
}
