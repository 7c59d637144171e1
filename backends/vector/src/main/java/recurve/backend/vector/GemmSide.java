package recurve.backend.vector;

import java.lang.foreign.MemorySegment;

/**
 * A right side outside of the heap, in chunks of columns that a native library packs and multiplies
 * one by one: so that several threads share them, and a chunk stays in a core's cache.
 */
final class GemmSide {
  private static final int CHUNK = 256; // columns, at most
  private static final int STEP = 16; // columns that a library takes at once

  private final View matrix; // [depth, columns], rows or columns contiguous
  private final int bytesOfNumber;
  private final int chunk; // columns
  private final Gemm.Packer whole;
  private final Gemm.Packer last;

  GemmSide(Gemm gemm, View matrix) {
    this.matrix = matrix;
    this.bytesOfNumber = gemm.numbers().bytes();
    this.chunk = chunk(matrix.dim(1));
    this.whole = packer(gemm, Math.min(chunk, matrix.dim(1)));
    int rest = matrix.dim(1) % chunk;
    this.last = rest == 0 || chunks() == 1 ? whole : packer(gemm, rest);
  }

  private Gemm.Packer packer(Gemm gemm, int columns) {
    return gemm.packer(matrix.dim(0), columns, matrix.stride(0), matrix.stride(1));
  }

  // An even number of them, nearly equal; whatever the number of threads, which must not change how
  // a library adds up.
  private static int chunk(int columns) {
    int pairs = (columns + 2 * CHUNK - 1) / (2 * CHUNK);
    int width = (columns + 2 * pairs - 1) / (2 * pairs);
    return (width + STEP - 1) / STEP * STEP;
  }

  View matrix() {
    return matrix;
  }

  int chunks() {
    return (matrix.dim(1) + chunk - 1) / chunk;
  }

  /** The first column of a chunk. */
  int first(int chunk) {
    return chunk * this.chunk;
  }

  /** How many columns a chunk has. */
  int width(int chunk) {
    return Math.min(this.chunk, matrix.dim(1) - first(chunk));
  }

  /** The bytes of a packed chunk. */
  long bytes() {
    return whole.bytes();
  }

  void pack(int chunk, MemorySegment packed) {
    long from = (long) first(chunk) * matrix.stride(1) * bytesOfNumber;
    Gemm.Packer packer = chunk == chunks() - 1 ? last : whole;
    packer.pack(matrix.buffer().segment().asSlice(from), packed);
  }
}
