package recurve.backend.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What computes the large products in the place of our own kernels: a native library, or
 * instructions of the processor that Java has no words for.
 *
 * <p>It takes both sides from the heap into an order of its own outside of it: the left side as a
 * whole, once for all products that read it, the right side in blocks, which a thread packs and
 * uses while they are in its cache. What it computes must not depend on the thread that calls, and
 * several may call at once.
 */
public interface Gemm {
  /** Bytes of a line of memory. */
  int LINE = 64;

  /** Memory outside of the heap that lives as long as something refers to it; lines are whole. */
  default MemorySegment allocate(long bytes) {
    return Arena.ofAuto().allocate(bytes, LINE);
  }

  /**
   * Code of Java's that is called until it is compiled, before the first run of a large program.
   */
  default List<Runnable> cold() {
    return List.of();
  }

  /** Whether a product is worth a call; if not, it is our own. */
  boolean suits(int rows, int depth, int columns);

  /**
   * Whether a product of each step of a loop is worth a call by a thread that has some of its rows;
   * the right side is packed before the loop, and read in each step.
   */
  default boolean suitsRows(int rows, int depth, int columns) {
    return false;
  }

  /** How many rows of a right side are packed at once, at most; a multiple of 32. */
  int deepest();

  /** How many columns of a right side are packed at once, at most; a multiple of 16. */
  int widest();

  /** What lays out left sides of a shape. */
  Left left(int rows, int depth);

  /** Lays out left sides of one shape. */
  interface Left {
    /** How many bytes that takes. */
    long bytes();

    /** How many rows are laid out together. */
    int group();

    /**
     * Lays out some rows.
     *
     * @param from the side, row by row
     * @param at where its first row begins
     * @param stride how many numbers its rows are apart
     * @param first the first row, a multiple of the group
     * @param last the end of the rows, a multiple of the group or the last row's
     */
    void lay(float[] from, int at, int stride, int first, int last, MemorySegment to);
  }

  /** What packs blocks of a shape. */
  Right right(int depth, int columns);

  /** Packs blocks of one shape of right sides. */
  interface Right {
    /** How many bytes that takes. */
    long bytes();

    /**
     * Packs a block.
     *
     * @param at where its first number is
     * @param rowStride how many numbers its rows are apart; 1 if its columns are not
     * @param columnStride how many numbers its columns are apart; 1 if its rows are not
     */
    void pack(float[] from, int at, int rowStride, int columnStride, MemorySegment to);
  }

  /**
   * What multiplies some rows of left sides with a block.
   *
   * @param rows how many
   * @param depth rows of the block
   * @param columns of the block
   * @param whole the depth of the left sides, of which this is a part
   */
  Kernel kernel(int rows, int depth, int columns, int whole);

  /** Multiplies matrices of one shape. */
  interface Kernel {
    /**
     * Sets c to a product, or adds the product to it.
     *
     * @param row the first row of the left side, a multiple of 32
     * @param column the first column of it, a multiple of 32
     * @param at where c begins
     * @param stride how many numbers its rows are apart
     * @param more whether to add
     */
    void multiply(
        MemorySegment left,
        int row,
        int column,
        MemorySegment right,
        float[] c,
        int at,
        int stride,
        boolean more);
  }
}
