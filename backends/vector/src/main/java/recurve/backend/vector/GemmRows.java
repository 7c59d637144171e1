package recurve.backend.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A product of each step of a loop that a {@link Gemm} computes; shares are cut by rows, and the
 * packed right side stays in a core's cache from step to step.
 */
final class GemmRows implements Instruction {
  /** What lays out and multiplies a number of rows. */
  private record Shape(Gemm.Left left, Gemm.Kernel[][] kernels) {}

  private final Gemm gemm;
  private final View a; // [rows, depth], the last axis contiguous
  private final GemmSide b;
  private final View packed; // b's blocks
  private final View c; // [rows, columns], the last axis contiguous
  private final Shape[] shapes; // by the number of rows; made when first asked for

  GemmRows(Gemm gemm, View a, GemmSide b, View packed, View c) {
    this.gemm = gemm;
    this.a = a;
    this.b = b;
    this.packed = packed;
    this.c = c;
    shapes = new Shape[a.dim(0) + 1];
  }

  private Shape shape(int rows) {
    Shape known = shapes[rows];
    if (known != null) return known;
    var kernels = new Gemm.Kernel[2][2]; // by whether the last block, the last chunk is meant
    for (int i = 0; i < 4; i++) {
      int deep = b.depth((i >> 1) * (b.blocks() - 1)), wide = b.width((i & 1) * (b.chunks() - 1));
      kernels[i >> 1][i & 1] = gemm.kernel(rows, deep, wide, a.dim(1));
    }
    var shape = new Shape(gemm.left(rows, a.dim(1)), kernels);
    shapes[rows] = shape;
    return shape;
  }

  @Override
  public int extent() {
    return a.dim(0);
  }

  @Override
  public long work() {
    return (long) a.size() * c.dim(1);
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(a, true), Access.reads(packed, false), Access.writes(c, true));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    Shape shape = shape(to - from);
    MemorySegment left = frame.side(shape.left().bytes(), gemm), right = packed.buffer().segment();
    int lda = a.stride(0), ldc = c.stride(0);
    shape.left().lay(a.buffer().floats(), a.at(frame) + from * lda, lda, 0, to - from, left);
    for (int chunk = 0; chunk < b.chunks(); chunk++) {
      for (int block = 0; block < b.blocks(); block++) {
        shape.kernels()[block < b.blocks() - 1 ? 0 : 1][chunk < b.chunks() - 1 ? 0 : 1].multiply(
            left,
            0,
            b.row(block),
            right.asSlice(b.place(block, chunk)),
            c.buffer().floats(),
            c.at(frame) + from * ldc + b.first(chunk),
            ldc,
            block > 0);
      }
    }
  }

  @Override
  public String toString() {
    return "GemmRows " + a + " x " + c.dim(1);
  }
}
