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

  /** Floats before the first panel. */
  static final int LEAD = Lanes.LEAD_BYTES / Float.BYTES;

  private Panels() {}

  /** How many panels hold so many columns. */
  static int count(int columns) {
    return (columns + WIDTH - 1) / WIDTH;
  }

  /** How many floats the packed form takes, with those before it. */
  static int size(int depth, int columns) {
    return Math.addExact(LEAD, Math.multiplyExact(count(columns) * WIDTH, filled(depth)));
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
   * Packs panels {@code from} to {@code to} of one matrix.
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
    clear(depth, columns, from, to, packed);
    put(b, at, rowStride, columnStride, depth, columns, 0, 0, depth, columns, from, to, packed);
  }

  /** Writes the zeros that fill up depths and the last panel. */
  static void clear(int depth, int columns, int from, int to, float[] packed) {
    int block = block(depth), panels = count(columns);
    int width = columns - (panels - 1) * WIDTH; // of the last panel
    for (int k = 0; k < depth; k += block) {
      int deep = Math.min(block, depth - k), filled = filled(deep);
      for (int p = from; p < to; p++) {
        int start = LEAD + (k * panels + p * filled) * WIDTH;
        Arrays.fill(packed, start + deep * WIDTH, start + filled * WIDTH, 0);
        if (p < panels - 1 || width == WIDTH) continue;
        for (int i = 0; i < deep; i++) {
          Arrays.fill(packed, start + i * WIDTH + width, start + (i + 1) * WIDTH, 0);
        }
      }
    }
  }

  /**
   * Puts a matrix, or those of its columns that are wanted, into panels {@code from} to {@code to}
   * of a larger one.
   *
   * @param b element (k, j) at {@code at + k * rowStride + j * columnStride}
   * @param rows of the matrix
   * @param width columns of the matrix
   * @param row where its first row stands in the larger one
   * @param column where its first column stands there; may be before its beginning
   * @param depth rows of the larger one
   * @param columns of the larger one
   */
  static void put(
      float[] b,
      int at,
      int rowStride,
      int columnStride,
      int rows,
      int width,
      int row,
      int column,
      int depth,
      int columns,
      int from,
      int to,
      float[] packed) {
    int block = block(depth), panels = count(columns), end = Math.min(column + width, columns);
    int first = Math.max(from, Math.floorDiv(column, WIDTH)), last = Math.min(to, count(end));
    for (int k = 0; k < depth; k += block) {
      int filled = filled(Math.min(block, depth - k));
      int top = Math.max(row, k), bottom = Math.min(Math.min(row + rows, depth), k + block);
      for (int p = first; p < last && top < bottom; p++) {
        int left = Math.max(column, p * WIDTH), right = Math.min(end, (p + 1) * WIDTH);
        int source = at + (top - row) * rowStride + (left - column) * columnStride;
        int target = LEAD + (k * panels + p * filled + top - k) * WIDTH + left - p * WIDTH;
        if (columnStride == 1 && right - left == WIDTH) {
          int full = Math.min(Math.min(last, end / WIDTH) - p, TOGETHER);
          copy(b, source, rowStride, bottom - top, full, packed, target, filled * WIDTH);
          p += full - 1;
        } else if (rowStride == 1 && right - left == WIDTH) {
          Transposer.copy(b, source, columnStride, WIDTH, bottom - top, packed, target, WIDTH);
        } else {
          gather(b, source, rowStride, columnStride, bottom - top, right - left, packed, target);
        }
      }
    }
  }

  // rows are far apart in memory: of each, what several panels want is read at once
  private static void copy(
      float[] b,
      int source,
      int stride,
      int rows,
      int count,
      float[] packed,
      int target,
      int apart) {
    for (int k = 0; k < rows; k++) {
      for (int p = 0; p < count; p++) {
        int s = source + k * stride + p * WIDTH, t = target + p * apart + k * WIDTH;
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
      int rows,
      int width,
      float[] packed,
      int target) {
    for (int k = 0; k < rows; k++) {
      int s = source + k * rowStride, t = target + k * WIDTH;
      for (int j = 0; j < width; j++) packed[t + j] = b[s + j * columnStride];
    }
  }
}
