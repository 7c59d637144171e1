package recurve.backend.vector;

import java.lang.foreign.MemorySegment;

/**
 * A right side in blocks that a {@link Gemm} packs and multiplies one by one: chunks of columns, so
 * that several threads share them, cut by depth, so that a block stays in a core's cache.
 */
final class GemmSide {
  private static final int STEP = 16; // columns that are multiplied at once
  private static final int DEEP = 32; // the same of rows

  private final View matrix; // [depth, columns], rows or columns contiguous
  private final int chunk; // columns
  private final int block; // rows
  private final Gemm.Right[][] packers; // by whether the last rows, the last columns are meant

  GemmSide(Gemm gemm, View matrix) {
    this.matrix = matrix;
    chunk = chunk(matrix.dim(1), gemm.widest());
    block = even(matrix.dim(0), (matrix.dim(0) - 1) / gemm.deepest() + 1, DEEP);
    packers = new Gemm.Right[2][2];
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        packers[i][j] = gemm.right(depth(i * (blocks() - 1)), width(j * (chunks() - 1)));
      }
    }
  }

  // An even number of them, nearly equal; whatever the number of threads, which must not change how
  // sums are added up.
  private static int chunk(int columns, int widest) {
    return even(columns, 2 * ((columns + 2 * widest - 1) / (2 * widest)), STEP);
  }

  /** How much each of some nearly equal parts has. */
  private static int even(int all, int parts, int step) {
    return ((all + parts - 1) / parts + step - 1) / step * step;
  }

  View matrix() {
    return matrix;
  }

  int chunks() {
    return (matrix.dim(1) + chunk - 1) / chunk;
  }

  /** How many blocks a chunk has. */
  int blocks() {
    return (matrix.dim(0) + block - 1) / block;
  }

  /** The first column of a chunk. */
  int first(int chunk) {
    return chunk * this.chunk;
  }

  /** The first row of a block. */
  int row(int block) {
    return block * this.block;
  }

  /** How many columns a chunk has. */
  int width(int chunk) {
    return Math.min(this.chunk, matrix.dim(1) - first(chunk));
  }

  /** How many rows a block has. */
  int depth(int block) {
    return Math.min(this.block, matrix.dim(0) - row(block));
  }

  /** The bytes of a packed block. */
  long bytes() {
    return (packers[0][0].bytes() + Gemm.LINE - 1) / Gemm.LINE * Gemm.LINE;
  }

  /** Where a block begins in memory that holds all of them, chunk by chunk. */
  long place(int block, int chunk) {
    return ((long) chunk * blocks() + block) * bytes();
  }

  void pack(Frame frame, int block, int chunk, MemorySegment packed) {
    int rows = matrix.stride(0), columns = matrix.stride(1);
    int at = matrix.at(frame) + row(block) * rows + first(chunk) * columns;
    Gemm.Right packer = packers[block < blocks() - 1 ? 0 : 1][chunk < chunks() - 1 ? 0 : 1];
    packer.pack(matrix.buffer().floats(), at, rows, columns, packed);
  }
}
