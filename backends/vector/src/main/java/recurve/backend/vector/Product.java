package recurve.backend.vector;

import java.util.List;

/** A product by packed panels; shares are cut by rows. */
final class Product implements Instruction {
  // Floats that are not left in the second-level cache from piece to piece.
  private static final int LARGE = 1 << 20;

  // How many rows are worth reading them for: more where vectors are so wide that the next cache
  // is what a product waits for.
  private static final int ROWS = Lanes.WIDE ? 350 : 80;

  private final Products products;
  private final View a; // [units, rows of a unit, depth], the last axis contiguous
  private final View packed;
  private final View c; // [units, rows of a unit, columns], the last axis contiguous

  /** Makes the instruction; a unit's rows follow each other in a and c at one distance. */
  Product(Products products, View a, View packed, View c) {
    this.products = products;
    this.a = a;
    this.packed = packed;
    this.c = c;
  }

  @Override
  public int extent() {
    return a.dim(0);
  }

  @Override
  public int grain() {
    long each = (long) a.dim(1) * a.dim(2) * c.dim(2);
    return (int) Math.max(1, Math.min(Tiles.HEIGHT, 100_000 / Math.max(1, each)));
  }

  /** Each piece reads the whole right side: few pieces of a large one. */
  @Override
  public int pieces() {
    return packed.size() > LARGE
        ? Math.clamp((long) a.dim(0) * a.dim(1) / ROWS, 1, 4)
        : Instruction.super.pieces();
  }

  @Override
  public long work() {
    return (long) a.size() * c.dim(2);
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(a, true), Access.reads(packed, false), Access.writes(c, true));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    int rows = a.dim(1), units = to - from;
    // rows of all units at one distance are one block of rows
    boolean even =
        rows == 1 || (a.stride(0) == rows * a.stride(1) && c.stride(0) == rows * c.stride(1));
    if (even) {
      int lda = rows == 1 ? a.stride(0) : a.stride(1), ldc = rows == 1 ? c.stride(0) : c.stride(1);
      multiply(frame, from, units * rows, lda, ldc);
    } else {
      for (int u = from; u < to; u++) multiply(frame, u, rows, a.stride(1), c.stride(1));
    }
  }

  private void multiply(Frame frame, int unit, int rows, int lda, int ldc) {
    products.multiply(
        rows,
        a.dim(2),
        c.dim(2),
        a.buffer().floats(),
        a.at(frame) + unit * a.stride(0),
        lda,
        packed.buffer().floats(),
        0,
        Panels.count(c.dim(2)),
        c.buffer().floats(),
        c.at(frame) + unit * c.stride(0),
        ldc,
        false,
        Products.Walk.NEAR,
        frame);
  }

  @Override
  public String toString() {
    return "Product " + a + " x " + c.dim(2);
  }
}
