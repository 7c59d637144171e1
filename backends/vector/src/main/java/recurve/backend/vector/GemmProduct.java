package recurve.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * A product that a native library computes, block of rows by chunk of columns.
 *
 * <p>What is asked of it at once does not depend on the number of threads, and so no sum does.
 */
final class GemmProduct implements Instruction {
  private static final int ROWS = 352; // at most: their results stay in a core's cache

  private final View a; // outside, [rows, depth]
  private final GemmSide b;
  private final Optional<View> packed; // b's chunks; else each is packed when it is its turn
  private final View c; // [rows, columns], the last axis contiguous
  private final int blocks; // of rows
  private final int block; // rows of one
  private final int bytesOfNumber;
  private final Gemm.Kernel[][] kernels; // by whether the last rows, the last columns are meant

  GemmProduct(Gemm gemm, View a, GemmSide b, Optional<View> packed, View c) {
    this.a = a;
    this.b = b;
    this.packed = packed;
    this.c = c;
    int rows = a.dim(0);
    bytesOfNumber = gemm.numbers().bytes();
    int nearly = (rows + ROWS - 1) / ROWS;
    block = Math.min(rows, ((rows + nearly - 1) / nearly + 15) / 16 * 16);
    blocks = (rows + block - 1) / block;
    kernels = new Gemm.Kernel[2][2];
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        int some = height(i == 0 ? 0 : blocks - 1), width = b.width(j == 0 ? 0 : b.chunks() - 1);
        kernels[i][j] = gemm.kernel(some, a.dim(1), width, a.stride(0));
      }
    }
  }

  private int height(int block) {
    return Math.min(this.block, a.dim(0) - block * this.block);
  }

  /** Blocks of each chunk; whole chunks, where who multiplies one has to pack it. */
  @Override
  public int extent() {
    return packed.isPresent() ? b.chunks() * blocks : b.chunks();
  }

  /** Few rows are for reading the right side: a thread reads the same part of it in each step. */
  @Override
  public int pieces() {
    return blocks == 1 && packed.isPresent() ? 1 : Instruction.super.pieces();
  }

  @Override
  public long work() {
    return (long) a.size() * c.dim(1);
  }

  @Override
  public List<Access> accesses() {
    View right = packed.orElse(b.matrix());
    return List.of(Access.reads(a, false), Access.reads(right, false), Access.writes(c, false));
  }

  @Override
  public void run(Frame frame, int from, int to) {
    for (int unit = from; unit < to; unit++) {
      if (packed.isPresent()) {
        int chunk = unit / blocks;
        long at = chunk * b.bytes();
        multiply(frame, unit % blocks, chunk, packed.get().buffer().segment().asSlice(at));
      } else {
        MemorySegment own = frame.side(b.bytes());
        b.pack(unit, own);
        for (int i = 0; i < blocks; i++) multiply(frame, i, unit, own);
      }
    }
  }

  private void multiply(Frame frame, int i, int chunk, MemorySegment right) {
    int rows = height(i), width = b.width(chunk);
    MemorySegment left =
        a.buffer().segment().asSlice((long) i * block * a.stride(0) * bytesOfNumber);
    MemorySegment result = frame.result((long) rows * width * Float.BYTES);
    Gemm.Kernel kernel = kernels[i < blocks - 1 ? 0 : 1][chunk < b.chunks() - 1 ? 0 : 1];
    kernel.multiply(left, right, result);
    float[] to = c.buffer().floats();
    int at = c.at(frame) + i * block * c.stride(0) + b.first(chunk);
    for (int r = 0; r < rows; r++) {
      long row = (long) r * width * Float.BYTES;
      MemorySegment.copy(result, ValueLayout.JAVA_FLOAT, row, to, at + r * c.stride(0), width);
    }
  }

  @Override
  public String toString() {
    return "GemmProduct " + a + " x " + c.dim(1);
  }
}
