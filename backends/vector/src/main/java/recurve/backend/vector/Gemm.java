package recurve.backend.vector;

import java.lang.foreign.MemorySegment;

/**
 * A native library that computes the large products in the place of our own kernels.
 *
 * <p>Its matrices lie outside of the Java heap, row by row, as floats or as their upper halves;
 * sums and results are floats. What it computes must not depend on the thread that calls, and
 * several may call at once.
 */
public interface Gemm {
  /** The least number of multiply-adds for which a call pays; smaller products are our own. */
  long least();

  /** How the numbers of both sides are kept. */
  Numbers numbers();

  /** How a number of a side is kept. */
  enum Numbers {
    /** As it is, in four bytes. */
    FLOATS,
    /** Its upper half, in two bytes, rounded to the nearest, ties to even. */
    HALVES;

    /** The bytes of one. */
    int bytes() {
      return this == FLOATS ? Float.BYTES : Short.BYTES;
    }
  }

  /**
   * What brings a right side into the library's own order.
   *
   * @param depth its rows
   * @param columns its columns
   * @param rowStride how many numbers rows are apart; 1 if columns are not
   * @param columnStride how many numbers columns are apart; 1 if rows are not
   */
  Packer packer(int depth, int columns, int rowStride, int columnStride);

  /** Brings right sides of one shape into the library's own order, the same for all heights. */
  interface Packer {
    /** How many bytes that takes. */
    long bytes();

    /** Packs a matrix. */
    void pack(MemorySegment matrix, MemorySegment packed);
  }

  /**
   * What multiplies matrices of one shape.
   *
   * @param rows of the left side
   * @param depth columns of the left side, rows of the right one
   * @param columns of the right side
   * @param stride how many numbers the left side's rows are apart
   */
  Kernel kernel(int rows, int depth, int columns, int stride);

  /** Multiplies matrices of one shape. */
  interface Kernel {
    /**
     * Sets c to a b.
     *
     * @param packed the right side, from a {@link Packer}
     * @param c floats, row by row without gaps
     */
    void multiply(MemorySegment a, MemorySegment packed, MemorySegment c);
  }
}
