package recurve.backend.amx;

import static recurve.backend.amx.TileKernels.SIDE;
import static recurve.backend.amx.TileKernels.TILE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import recurve.backend.vector.Gemm;
import recurve.backend.vector.Transposer;

/**
 * Matrix products by tiles.
 *
 * <p>A step of the depth pairs number k of it with number k + 16, on both sides; so no numbers need
 * change their places, and the order in which a sum's terms come is all that this decides. What is
 * missing in a last step is zero.
 */
final class TileProducts implements Gemm {
  private static final int STEP = 32; // of the depth
  private static final int PAIR = 2 * SIDE; // rows or columns of a panel of two tiles
  private static final long TIME_OF_VECTORS = 9; // for a multiply-add; see Parts
  private static final long TIME_OF_RESULT = 200; // how much longer it takes to write one
  private static final long NEAR = 7 << 18; // bytes of a right side that stay in a core's cache
  private static final int INTS = TILE / Integer.BYTES; // of a tile

  private final TileKernels kernels;
  private final Parts parts;
  private final int worth;
  private final long least;
  // a step of a panel, as it will lie
  private final ThreadLocal<int[]> step = ThreadLocal.withInitial(() -> new int[2 * 3 * INTS]);
  // a step of a tile's rows or columns that does not lie in the heap as it should
  private final ThreadLocal<float[]> whole = ThreadLocal.withInitial(() -> new float[STEP * SIDE]);
  // sums of tiles that reach over the result's edge
  private final ThreadLocal<float[]> edge = ThreadLocal.withInitial(() -> new float[0]);

  /**
   * Makes it.
   *
   * @param worth how often a number of both sides has to be used in the mean
   * @param least products of fewer multiply-adds are left to others
   */
  TileProducts(TileKernels kernels, Parts parts, int worth, long least) {
    this.kernels = kernels;
    this.parts = parts;
    this.worth = worth;
    this.least = least;
  }

  @Override
  public MemorySegment allocate(long bytes) {
    return Pages.allocate(bytes);
  }

  /** What takes numbers apart, and boxes its vectors until it is compiled. */
  @Override
  public List<Runnable> cold() {
    float[] from = new float[STEP * SIDE];
    int[] to = new int[parts.count() * INTS];
    return List.of(() -> parts.split(from, 0, SIDE, STEP, SIDE, to, 0, INTS));
  }

  @Override
  public boolean suits(int rows, int depth, int columns) {
    return suits(rows, rows, depth, columns, rows + columns);
  }

  /** The right side costs nothing then; rows are filled up to whole tiles, on one thread. */
  @Override
  public boolean suitsRows(int rows, int depth, int columns) {
    int filled = (rows + SIDE - 1) / SIDE * SIDE;
    return bytes(columns, depth) <= NEAR && suits(rows, filled, depth, columns, rows);
  }

  /**
   * Whether tiles are so much sooner done that it pays to lay out what they multiply.
   *
   * @param filled rows with those that are computed for nothing
   * @param laid rows and columns that are laid out
   */
  private boolean suits(long rows, long filled, long depth, long columns, long laid) {
    long vectors = TIME_OF_VECTORS * rows * depth, results = TIME_OF_RESULT * rows;
    long tiles = parts.time() * filled * steps((int) depth) * STEP;
    long sooner = columns * (vectors - tiles - results);
    long sides = (TIME_OF_VECTORS - parts.time()) * depth * laid;
    return (worth == 0 || sooner >= worth * sides) && rows * depth * columns >= least;
  }

  @Override
  public int deepest() {
    return 800;
  }

  @Override
  public int widest() {
    return 352;
  }

  private static int steps(int depth) {
    return (depth + STEP - 1) / STEP;
  }

  /** How many tiles wide or high a panel is of which so much is left. */
  private static int tiles(int left) {
    return left > SIDE ? 2 : 1;
  }

  /** The bytes of a whole side: so many rows or columns, of some depth. */
  private long bytes(int size, int depth) {
    return (size + SIDE - 1L) / SIDE * steps(depth) * parts.count() * TILE;
  }

  @Override
  public Left left(int rows, int depth) {
    return new Left() {
      @Override
      public long bytes() {
        return TileProducts.this.bytes(rows, depth);
      }

      @Override
      public int group() {
        return PAIR;
      }

      @Override
      public void lay(float[] from, int at, int stride, int first, int last, MemorySegment to) {
        for (int row = first; row < last; row += PAIR) {
          int some = Math.min(PAIR, last - row), high = tiles(rows - row);
          int each = parts.count() * high * INTS;
          for (int k = 0; k < depth; k += STEP) {
            int[] own = step.get();
            int deep = Math.min(STEP, depth - k);
            rows(from, at + row * stride + k, stride, some, deep, own, high * INTS);
            long target =
                TileProducts.this.bytes(row, depth) + (long) k / STEP * each * Integer.BYTES;
            MemorySegment.copy(own, 0, to, ValueLayout.JAVA_INT, target, each);
          }
        }
      }
    };
  }

  /** Takes apart some rows of a left side. */
  private void rows(float[] from, int at, int stride, int rows, int depth, int[] to, int apart) {
    if (depth == STEP) {
      parts.split(from, at, SIDE, stride, rows, to, 0, apart);
      return;
    }
    float[] own = whole.get();
    Arrays.fill(own, 0, STEP, 0);
    for (int r = 0; r < rows; r++) {
      System.arraycopy(from, at + r * stride, own, 0, depth);
      parts.split(own, 0, SIDE, STEP, 1, to, r * SIDE, apart);
    }
  }

  @Override
  public Right right(int depth, int columns) {
    return new Right() {
      @Override
      public long bytes() {
        return TileProducts.this.bytes(columns, depth);
      }

      @Override
      public void pack(float[] from, int at, int rowStride, int columnStride, MemorySegment to) {
        for (int column = 0; column < columns; column += PAIR) {
          int wide = tiles(columns - column), each = parts.count() * wide * INTS;
          for (int k = 0; k < depth; k += STEP) {
            int[] own = step.get();
            int deep = Math.min(STEP, depth - k);
            for (int j = 0; j < wide; j++) {
              int first = column + j * SIDE, some = Math.min(SIDE, columns - first);
              int place = at + k * rowStride + first * columnStride;
              columns(from, place, rowStride, columnStride, deep, some, own, j * INTS, wide * INTS);
            }
            long target =
                TileProducts.this.bytes(column, depth) + (long) k / STEP * each * Integer.BYTES;
            MemorySegment.copy(own, 0, to, ValueLayout.JAVA_INT, target, each);
          }
        }
      }
    };
  }

  /** Takes apart some columns of a right side. */
  private void columns(
      float[] from,
      int at,
      int rowStride,
      int columnStride,
      int depth,
      int columns,
      int[] to,
      int target,
      int apart) {
    float[] source = from;
    int first = at, stride = rowStride;
    if (columnStride != 1 || depth < STEP || columns < SIDE) {
      source = whole.get();
      first = 0;
      stride = SIDE;
      if (depth < STEP || columns < SIDE) Arrays.fill(source, 0);
      if (columnStride == 1) {
        for (int k = 0; k < depth; k++) {
          System.arraycopy(from, at + k * rowStride, source, k * SIDE, columns);
        }
      } else {
        Transposer.copy(from, at, columnStride, columns, depth, source, 0, SIDE);
      }
    }
    parts.split(source, first, SIDE * stride, stride, SIDE, to, target, apart);
  }

  @Override
  public Kernel kernel(int rows, int depth, int columns, int whole) {
    return (left, row, column, right, c, at, stride, more) -> {
      MemorySegment sums = MemorySegment.ofArray(c);
      for (int i = 0; i < rows; i += PAIR) {
        int height = Math.min(PAIR, rows - i), high = tiles(height);
        long step = (long) parts.count() * high * TILE;
        long a = left.address() + bytes(row + i, whole) + column / STEP * step;
        long end = a + steps(depth) * step, b = right.address();
        int to = at + i * stride;
        // whole panels, then the rest of the columns, which is a panel of one or of two tiles
        int done = height == high * SIDE ? columns / PAIR * PAIR : 0;
        if (done > 0) kernels.run(high, 2, more, a, end, b, done / PAIR, sums, to, stride);
        if (done == columns) continue;
        int rest = columns - done;
        if (height == high * SIDE && rest == SIDE) {
          kernels.run(high, 1, more, a, end, b + bytes(done, depth), 1, sums, to + done, stride);
        } else {
          edges(high, height, a, end, b, done, columns, depth, c, to, stride, more);
        }
      }
      Reference.reachabilityFence(left);
      Reference.reachabilityFence(right);
    };
  }

  /** The columns from one on, by way of memory that has room for whole tiles. */
  private void edges(
      int high,
      int height,
      long a,
      long end,
      long b,
      int from,
      int columns,
      int depth,
      float[] c,
      int at,
      int stride,
      boolean more) {
    int width = (columns - from + SIDE - 1) / SIDE * SIDE, pairs = width / PAIR;
    float[] own = edge.get();
    if (own.length < PAIR * width) {
      own = new float[PAIR * width];
      edge.set(own);
    }
    MemorySegment sums = MemorySegment.ofArray(own);
    long first = b + bytes(from, depth);
    if (pairs > 0) kernels.run(high, 2, false, a, end, first, pairs, sums, 0, width);
    if (pairs * PAIR < width) {
      long last = b + bytes(from + pairs * PAIR, depth);
      kernels.run(high, 1, false, a, end, last, 1, sums, pairs * PAIR, width);
    }
    for (int r = 0; r < height; r++) {
      int to = at + r * stride + from, line = r * width;
      if (more) {
        for (int j = 0; j < columns - from; j++) c[to + j] += own[line + j];
      } else {
        System.arraycopy(own, line, c, to, columns - from);
      }
    }
  }
}
