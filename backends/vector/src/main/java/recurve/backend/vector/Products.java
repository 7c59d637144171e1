package recurve.backend.vector;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code c (+)= a b} with b in packed panels: the loops around the micro-kernel.
 *
 * <p>An element's sum runs over k in order, block of depth by block of depth, wherever the borders
 * of tiles and of threads' shares fall.
 */
final class Products {
  // Of packed panels: they pass through the first-level cache for every tile of rows, and stay in
  // the second.
  private static final int GROUP_FLOATS = 40 * 1024;

  private static final int WARM_DEPTH = 64;

  private final Tiles tiles = new Tiles();
  private boolean warm;

  /**
   * The kernels of full tiles on small ones, for a {@link WarmUp}; empty if it was asked before.
   */
  synchronized List<Runnable> cold() {
    if (warm) return List.of();
    warm = true;
    float[] a = new float[Tiles.HEIGHT * WARM_DEPTH], b = new float[Panels.size(WARM_DEPTH, 1)];
    float[] c = new float[scratch()];
    var all = new ArrayList<Runnable>();
    for (int rows = Tiles.HEIGHT; rows >= Tiles.HEIGHT - 1; rows--) {
      for (boolean add : new boolean[] {false, true}) {
        Tile tile = tiles.of(rows, add);
        all.add(() -> tile.run(WARM_DEPTH, a, 0, WARM_DEPTH, b, 0, c, 0, Panels.WIDTH));
      }
    }
    return all;
  }

  /** How many panels so deep are taken together. */
  static int group(int depth) {
    return Math.max(1, GROUP_FLOATS / (Panels.block(depth) * Panels.WIDTH));
  }

  /** How many floats {@link #multiply} needs as scratch. */
  static int scratch() {
    return Tiles.HEIGHT * Panels.WIDTH;
  }

  /**
   * Computes rows and panels of c.
   *
   * <p>Blocks of depth are outermost: of a right side larger than the caches, a block is read from
   * memory once. Within it a group of panels at a time, and in that tile by tile of rows: a tile's
   * rows of a stay in the first-level cache, and c is written along its rows. Panel by panel costs
   * 7 % more where c is wide, since each tile then starts new lines of memory.
   *
   * @param a row i from {@code ao + i * lda}, contiguous, {@code depth} long
   * @param b packed by {@link Panels#pack}
   * @param c row i from {@code co + i * ldc}
   * @param add whether c already holds what the product is added to
   * @param back whether the last group of panels comes first
   */
  void multiply(
      int rows,
      int depth,
      int columns,
      float[] a,
      int ao,
      int lda,
      float[] b,
      int fromPanel,
      int toPanel,
      float[] c,
      int co,
      int ldc,
      boolean add,
      boolean back,
      float[] scratch) {
    int block = Panels.block(depth), group = group(depth), panels = Panels.count(columns);
    int groups = (toPanel - fromPanel + group - 1) / group;
    for (int k = 0; k < depth; k += block) {
      int deep = Math.min(block, depth - k), bo = k * panels * Panels.WIDTH;
      boolean adding = add || k > 0;
      for (int g = 0; g < groups; g++) {
        int first = fromPanel + group * (back ? groups - 1 - g : g);
        int last = Math.min(toPanel, first + group);
        // tiles of nearly equal height: 6 rows are 3 + 3 and not 5 + 1
        int left = (rows + Tiles.HEIGHT - 1) / Tiles.HEIGHT;
        for (int i = 0; i < rows; left--) {
          int height = (rows - i + left - 1) / left;
          Tile tile = tiles.of(height, adding);
          for (int p = first; p < last; p++) {
            int at = co + i * ldc + p * Panels.WIDTH, from = bo + p * deep * Panels.WIDTH;
            int width = columns - p * Panels.WIDTH;
            if (width >= Panels.WIDTH) {
              tile.run(deep, a, ao + i * lda + k, lda, b, from, c, at, ldc);
            } else {
              for (int r = 0; r < height && adding; r++) {
                System.arraycopy(c, at + r * ldc, scratch, r * Panels.WIDTH, width);
              }
              // the last, narrower panel: through scratch, so that the kernels need no masks
              tile.run(deep, a, ao + i * lda + k, lda, b, from, scratch, 0, Panels.WIDTH);
              for (int r = 0; r < height; r++) {
                System.arraycopy(scratch, r * Panels.WIDTH, c, at + r * ldc, width);
              }
            }
          }
          i += height;
        }
      }
    }
  }
}
