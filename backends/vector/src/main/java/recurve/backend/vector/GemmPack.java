package recurve.backend.vector;

import java.util.List;

/** Packs the right side of products as a {@link Gemm} wants it; shares are cut by chunk. */
final class GemmPack implements Instruction {
  private final GemmSide side;
  private final View packed; // the blocks one behind the other, chunk by chunk

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
      for (int block = 0; block < side.blocks(); block++) {
        var own = packed.buffer().segment().asSlice(side.place(block, chunk));
        side.pack(frame, block, chunk, own);
      }
    }
  }

  @Override
  public String toString() {
    return "GemmPack " + side.matrix();
  }
}
