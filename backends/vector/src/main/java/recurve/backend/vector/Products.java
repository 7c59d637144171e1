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
  // rows of a that stay in the second-level cache while panels stream past
  private static final int BLOCK_FLOATS = 96 * 1024;

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

  /** How many floats {@link #multiply} needs as scratch. */
  static int scratch() {
    return Tiles.HEIGHT * Panels.WIDTH;
  }

  /**
   * Computes rows and panels of c.
   *
   * @param a row i from {@code ao + i * lda}, contiguous, {@code depth} long
   * @param b packed by {@link Panels#pack}
   * @param c row i from {@code co + i * ldc}
   * @param add whether c already holds what the product is added to
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
      float[] scratch) {
    int block = Panels.block(depth);
    // either all of c's rows stay in cache while the blocks of depth are added up, or a panel's do
    boolean narrow = (long) Math.min(rows, BLOCK_FLOATS / block) * columns <= BLOCK_FLOATS;
    int high = Math.max(8 * Tiles.HEIGHT, BLOCK_FLOATS / (narrow ? block : depth));
    int blocks = (rows + high - 1) / high;
    // Blocks of depth outermost: of a right side larger than the caches, a block is read from
    // memory
    // once, and then from the last-level cache for each block of rows.
    int step = narrow ? block : depth;
    for (int k0 = 0; k0 < depth; k0 += step) {
      for (int n = 0; n < blocks; n++) {
        int i0 = (int) ((long) rows * n / blocks), i1 = (int) ((long) rows * (n + 1) / blocks);
        for (int p = fromPanel; p < toPanel; p++) {
          for (int k = k0; k < Math.min(depth, k0 + step); k += block) {
            panel(i0, i1, depth, k, columns, a, ao, lda, b, p, c, co, ldc, add, scratch);
          }
        }
      }
    }
  }

  /** One panel of one block of depth. */
  private void panel(
      int i0,
      int i1,
      int depth,
      int k,
      int columns,
      float[] a,
      int ao,
      int lda,
      float[] b,
      int p,
      float[] c,
      int co,
      int ldc,
      boolean add,
      float[] scratch) {
    int deep = Math.min(Panels.block(depth), depth - k);
    int bo = k * Panels.count(columns) * Panels.WIDTH + p * deep * Panels.WIDTH;
    int j = p * Panels.WIDTH, width = Math.min(Panels.WIDTH, columns - j);
    boolean adding = add || k > 0;
    if (width == Panels.WIDTH) {
      column(i0, i1, deep, a, ao + k, lda, b, bo, c, co + j, ldc, adding);
    } else {
      edge(i0, i1, deep, a, ao + k, lda, b, bo, c, co + j, ldc, width, adding, scratch);
    }
  }

  /** Tiles of nearly equal height down a panel: 10 rows are 5 + 5 and not 6 + 4. */
  private void column(
      int i0,
      int i1,
      int deep,
      float[] a,
      int ao,
      int lda,
      float[] b,
      int bo,
      float[] c,
      int co,
      int ldc,
      boolean add) {
    int left = (i1 - i0 + Tiles.HEIGHT - 1) / Tiles.HEIGHT;
    for (int i = i0; i < i1; left--) {
      int h = (i1 - i + left - 1) / left;
      tiles.of(h, add).run(deep, a, ao + i * lda, lda, b, bo, c, co + i * ldc, ldc);
      i += h;
    }
  }

  /** The last, narrower panel: through a tile of scratch, so that the kernels need no masks. */
  private void edge(
      int i0,
      int i1,
      int deep,
      float[] a,
      int ao,
      int lda,
      float[] b,
      int bo,
      float[] c,
      int co,
      int ldc,
      int width,
      boolean add,
      float[] scratch) {
    for (int i = i0; i < i1; i += Tiles.HEIGHT) {
      int h = Math.min(Tiles.HEIGHT, i1 - i);
      for (int r = 0; r < h && add; r++) {
        System.arraycopy(c, co + (i + r) * ldc, scratch, r * Panels.WIDTH, width);
      }
      tiles.of(h, add).run(deep, a, ao + i * lda, lda, b, bo, scratch, 0, Panels.WIDTH);
      for (int r = 0; r < h; r++) {
        System.arraycopy(scratch, r * Panels.WIDTH, c, co + (i + r) * ldc, width);
      }
    }
  }
}
