package recurve.backend.vector;

import java.util.List;

/** Lays out the left side of products as a {@link Gemm} wants it; shares are cut by its groups. */
final class GemmLeft implements Instruction {
  private static final int WORTH = 16384; // numbers worth a thread

  private final Gemm.Left left;
  private final View from; // [rows, depth], the last axis contiguous
  private final View to; // outside

  GemmLeft(Gemm.Left left, View from, View to) {
    this.left = left;
    this.from = from;
    this.to = to;
  }

  @Override
  public int extent() {
    return (from.dim(0) + left.group() - 1) / left.group();
  }

  @Override
  public int grain() {
    return Math.max(1, WORTH / (left.group() * Math.max(1, from.dim(1))));
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(from, false), Access.writes(to, false));
  }

  @Override
  public void run(Frame frame, int first, int last) {
    int group = left.group(), end = Math.min(last * group, from.dim(0));
    left.lay(
        from.buffer().floats(),
        from.at(frame),
        from.stride(0),
        first * group,
        end,
        to.buffer().segment());
  }

  @Override
  public String toString() {
    return "GemmLeft " + from;
  }
}
