package recurve.backend.vector;

import java.util.ArrayList;
import java.util.List;

/**
 * A product whose shares are cut by columns: each thread packs some panels of the right side into
 * memory of its own, uses them for all rows, and goes on to the next.
 *
 * <p>For a right side that is used once: its packed form never leaves the cache, and nobody waits
 * for it.
 */
final class WideProduct implements Instruction {
  // a panel deeper than this is read again for every tile of rows from beyond the second-level
  // cache
  private static final int DEEPEST = 2048;

  private final Products products;
  private final View a; // [rows, depth], the last axis contiguous
  private final Side b;
  private final View c; // [rows, columns], the last axis contiguous
  private final int group; // panels packed at a time, at most
  private final int workers;

  /** Makes the instruction, for so many threads. */
  WideProduct(Products products, View a, Side b, View c, int workers) {
    this.products = products;
    this.a = a;
    this.b = b;
    this.c = c;
    group = Products.group(a.dim(1));
    this.workers = workers;
  }

  /** Whether a panel so deep stays in the cache, and there are enough of them to share out. */
  static boolean suits(int depth, int columns, int workers) {
    return depth <= DEEPEST && Panels.count(columns) >= 8 * workers;
  }

  /** Whether the rows of the left side would be laid out for the kernels more than once. */
  static boolean laysOften(int depth, int columns, int workers) {
    int least = 2 * workers * Products.group(depth);
    return Products.canLie(depth) && Panels.count(columns) >= least;
  }

  @Override
  public int extent() {
    return Panels.count(c.dim(1));
  }

  @Override
  public int grain() {
    return (int) Math.max(1, 200_000L / ((long) a.dim(0) * a.dim(1) * Panels.WIDTH));
  }

  /** A group each, or what is even: two threads would do 16 + 9 panels of 25. */
  @Override
  public int pieces() {
    int groups = (extent() + group * workers - 1) / (group * workers);
    return Math.max(groups, Math.clamp(work() / (workers * PIECE), 1, 4));
  }

  @Override
  public long work() {
    return (long) a.dim(0) * b.depth() * c.dim(1);
  }

  @Override
  public List<Access> accesses() {
    var all = new ArrayList<>(b.reads());
    all.add(Access.reads(a, false));
    all.add(Access.writes(c, false));
    return all;
  }

  @Override
  public void run(Frame frame, int from, int to) {
    int groups = (to - from + group - 1) / group, each = (to - from + groups - 1) / groups;
    for (int p = from; p < to; p += each) {
      int first = p * Panels.WIDTH;
      int columns = Math.min(Math.min(p + each, to) * Panels.WIDTH, c.dim(1)) - first;
      int panels = Panels.count(columns);
      float[] own = frame.packed(Panels.size(a.dim(1), each * Panels.WIDTH));
      b.pack(frame, first, columns, 0, panels, own);
      products.multiply(
          a.dim(0),
          a.dim(1),
          columns,
          a.buffer().floats(),
          a.at(frame),
          a.stride(0),
          own,
          0,
          panels,
          c.buffer().floats(),
          c.at(frame) + first,
          c.stride(0),
          false,
          Products.Walk.NEAR,
          frame);
    }
  }

  @Override
  public String toString() {
    return "WideProduct " + a + " x " + b;
  }
}
