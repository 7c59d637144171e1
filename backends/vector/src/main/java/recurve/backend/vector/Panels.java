package recurve.backend.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The right side of a product in the order in which the micro-kernel reads it.
 *
 * <p>b [depth, columns] is cut along its depth into blocks of {@link #block} and along its columns
 * into panels of {@link #WIDTH}; a panel of a block is contiguous, k by k. The last panel and the
 * last steps of k are filled up with zeros. Packed once, it serves every step of a loop.
 */
final class Panels {
  /** Columns of a panel: two vectors. */
  static final int WIDTH = 2 * Lanes.COUNT;

  /**
   * The deepest block. A panel of so many rows passes through the first-level cache on its way from
   * the second; shorter ones would stay there, but adding up more blocks costs more.
   */
  static final int DEEPEST = Lanes.WIDE ? 1504 : 800;

  private static final int TOGETHER = 4;

  private Panels() {}

  /** How many panels hold so many columns. */
  static int count(int columns) {
    return (columns + WIDTH - 1) / WIDTH;
  }

  /** How many floats the packed form takes. */
  static int size(int depth, int columns) {
    return Math.multiplyExact(count(columns) * WIDTH, filled(depth));
  }

  /** A depth filled up to whole steps of the kernels. */
  static int filled(int depth) {
    return (depth + Tiles.STEP - 1) / Tiles.STEP * Tiles.STEP;
  }

  /** The depth of a block: nearly equal blocks, none deeper than the cache likes. */
  static int block(int depth) {
    int blocks = Math.max(1, (depth + DEEPEST - 1) / DEEPEST);
    return filled(Math.max(1, (depth + blocks - 1) / blocks));
  }

  /**
   * Packs panels {@code from} to {@code to}.
   *
   * @param b element (k, j) at {@code at + k * rowStride + j * columnStride}
   */
  static void pack(
      float[] b,
      int at,
      int rowStride,
      int columnStride,
      int depth,
      int columns,
      int from,
      int to,
      float[] packed) {
    int block = block(depth), panels = count(columns);
    for (int k = 0; k < depth; k += block) {
      int deep = Math.min(block, depth - k), filled = filled(deep);
      for (int p = from; p < to; p++) {
        int end = (k * panels + (p + 1) * filled) * WIDTH;
        Arrays.fill(packed, end - (filled - deep) * WIDTH, end, 0);
      }
      for (int p = from; p < to; p++) {
        int width = Math.min(WIDTH, columns - p * WIDTH);
        int source = at + k * rowStride + p * WIDTH * columnStride;
        int target = (k * panels + p * filled) * WIDTH;
        if (columnStride == 1 && width == WIDTH) {
          int full = Math.min(Math.min(to, columns / WIDTH) - p, TOGETHER);
          copy(b, source, rowStride, deep, full, packed, target);
          p += full - 1;
        } else if (rowStride == 1 && width == WIDTH) {
          Transposer.copy(b, source, columnStride, WIDTH, deep, packed, target, WIDTH);
        } else {
          gather(b, source, rowStride, columnStride, deep, width, packed, target);
        }
      }
    }
  }

  // rows are far apart in memory: of each, what several panels want is read at once
  private static void copy(
      float[] b, int source, int stride, int deep, int count, float[] packed, int target) {
    for (int k = 0; k < deep; k++) {
      for (int p = 0; p < count; p++) {
        int s = source + k * stride + p * WIDTH, t = target + (p * filled(deep) + k) * WIDTH;
        FloatVector.fromArray(Lanes.FLOATS, b, s).intoArray(packed, t);
        FloatVector.fromArray(Lanes.FLOATS, b, s + Lanes.COUNT).intoArray(packed, t + Lanes.COUNT);
      }
    }
  }

  private static void gather(
      float[] b,
      int source,
      int rowStride,
      int columnStride,
      int deep,
      int width,
      float[] packed,
      int target) {
    for (int k = 0; k < deep; k++) {
      int s = source + k * rowStride, t = target + k * WIDTH;
      for (int j = 0; j < width; j++) packed[t + j] = b[s + j * columnStride];
      for (int j = width; j < WIDTH; j++) packed[t + j] = 0;
    }
  }
}
