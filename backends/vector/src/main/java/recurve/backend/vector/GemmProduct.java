package recurve.backend.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A product that a {@link Gemm} computes, band of rows by block of the right side.
 *
 * <p>What is asked of it at once does not depend on the number of threads, and so no sum does.
 */
final class GemmProduct implements Instruction {
  private static final int ROWS = 352; // at most: their results stay in a core's cache
  private static final int STEP = 32; // rows that are multiplied at once

  private final Gemm gemm;
  private final View a; // [rows, depth]
  private final View left; // the same as the kernels want it, outside
  private final GemmSide b;
  private final Optional<View> packed; // b's blocks; else each is packed when it is its turn
  private final View c; // [rows, columns], the last axis contiguous
  private final int bands;
  private final int band; // rows of one
  private final Gemm.Kernel[][][] kernels; // by whether the last band, block, chunk is meant

  GemmProduct(Gemm gemm, View a, View left, GemmSide b, Optional<View> packed, View c) {
    this.gemm = gemm;
    this.a = a;
    this.left = left;
    this.b = b;
    this.packed = packed;
    this.c = c;
    int rows = a.dim(0), nearly = (rows + ROWS - 1) / ROWS;
    band = ((rows + nearly - 1) / nearly + STEP - 1) / STEP * STEP;
    bands = (rows + band - 1) / band;
    kernels = new Gemm.Kernel[2][2][2];
    for (int i = 0; i < 8; i++) {
      int some = height((i >> 2) * (bands - 1)), deep = b.depth((i >> 1 & 1) * (b.blocks() - 1));
      int wide = b.width((i & 1) * (b.chunks() - 1));
      kernels[i >> 2][i >> 1 & 1][i & 1] = gemm.kernel(some, deep, wide, a.dim(1));
    }
  }

  private int height(int band) {
    return Math.min(this.band, a.dim(0) - band * this.band);
  }

  /** Bands of each chunk; whole chunks, where who multiplies one has to pack it. */
  @Override
  public int extent() {
    return packed.isPresent() ? b.chunks() * bands : b.chunks();
  }

  /** Few rows are for reading the right side: a thread reads the same part of it in each step. */
  @Override
  public int pieces() {
    return bands == 1 && packed.isPresent() ? 1 : Instruction.super.pieces();
  }

  @Override
  public long work() {
    return (long) a.size() * c.dim(1);
  }

  @Override
  public List<Access> accesses() {
    View right = packed.orElse(b.matrix());
    return List.of(Access.reads(left, false), Access.reads(right, false), Access.writes(c, false));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    for (int unit = from; unit < to; unit++) {
      for (int block = 0; block < b.blocks(); block++) {
        if (packed.isPresent()) {
          int chunk = unit / bands;
          MemorySegment right = packed.get().buffer().segment().asSlice(b.place(block, chunk));
          multiply(frame, unit % bands, block, chunk, right);
        } else {
          MemorySegment own = frame.side(b.bytes(), gemm);
          b.pack(frame, block, unit, own);
          for (int band = 0; band < bands; band++) multiply(frame, band, block, unit, own);
        }
      }
    }
  }

  private void multiply(Frame frame, int band, int block, int chunk, MemorySegment right) {
    int i = band < bands - 1 ? 0 : 1, j = block < b.blocks() - 1 ? 0 : 1;
    int row = band * this.band;
    kernels[i][j][chunk < b.chunks() - 1 ? 0 : 1].multiply(
        left.buffer().segment(),
        row,
        b.row(block),
        right,
        c.buffer().floats(),
        c.at(frame) + row * c.stride(0) + b.first(chunk),
        c.stride(0),
        block > 0);
  }

  @Override
  public String toString() {
    return "GemmProduct " + a + " x " + c.dim(1);
  }
}
