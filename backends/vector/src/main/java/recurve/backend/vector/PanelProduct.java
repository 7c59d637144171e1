package recurve.backend.vector;

import java.util.List;

/**
 * A product by packed panels whose shares are cut by panel: every thread does all rows.
 *
 * <p>For a batch smaller than the threads, and for weights larger than the caches, of which each
 * thread then reads its part only.
 */
final class PanelProduct implements Instruction {
  private final Products products;
  private final View a; // [units, rows of a unit, depth], the last axis contiguous
  private final View packed;
  private final View c; // [units, rows of a unit, columns], the last axis contiguous
  private final int loops;

  /**
   * Makes the instruction.
   *
   * @param loops around it, if its weights are larger than the caches; else 0
   */
  PanelProduct(Products products, View a, View packed, View c, int loops) {
    this.products = products;
    this.a = a;
    this.packed = packed;
    this.c = c;
    this.loops = loops;
    if (loops > 0) products.expectFar();
  }

  @Override
  public int extent() {
    return Panels.count(c.dim(2));
  }

  @Override
  public int grain() {
    return (int) Math.max(1, 50_000L / ((long) a.size() * Panels.WIDTH));
  }

  @Override
  public long work() {
    return (long) a.size() * c.dim(2);
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(a, false), Access.reads(packed, false), Access.writes(c, false));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    // Every other step runs through the panels backwards: of weights larger than the caches, what
    // was read last in one step is there still in the next.
    var walk = Products.Walk.NEAR;
    if (loops > 0) {
      boolean even = (frame.trip(loops - 1) & 1) == 0;
      walk = even ? Products.Walk.FORWARDS : Products.Walk.BACKWARDS;
    }
    boolean single = a.dim(1) == 1; // rows are units then
    int outer = single ? 1 : a.dim(0), rows = single ? a.dim(0) : a.dim(1);
    int lda = a.stride(single ? 0 : 1), ldc = c.stride(single ? 0 : 1);
    for (int u = 0; u < outer; u++) {
      products.multiply(
          rows,
          a.dim(2),
          c.dim(2),
          a.buffer().floats(),
          a.at(frame) + u * a.stride(0),
          lda,
          packed.buffer().floats(),
          from,
          to,
          c.buffer().floats(),
          c.at(frame) + u * c.stride(0),
          ldc,
          false,
          walk,
          frame);
    }
  }

  @Override
  public String toString() {
    return "PanelProduct " + a + " x " + c.dim(2);
  }
}
