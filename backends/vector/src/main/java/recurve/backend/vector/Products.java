package recurve.backend.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code c (+)= a b} with b in packed panels: the loops around the micro-kernel.
 *
 * <p>An element's sum runs over k in order, block of depth by block of depth, wherever the borders
 * of tiles and of threads' shares fall.
 */
final class Products {
  // Of a, laid out for the kernels at a time: a megabyte, in whole tiles. The right side is read
  // again for the next rows, which costs where it is larger than the caches.
  private static final int ROWS = 320 / Tiles.HEIGHT * Tiles.HEIGHT;

  // Of packed panels: they pass through the first-level cache for every tile of rows, and stay in
  // the second.
  private static final int GROUP_FLOATS = 80 * 1024;

  private static final int WARM_DEPTH = 64;

  private final Tiles tiles = new Tiles();
  private boolean warm;

  /**
   * The kernels of full tiles on small ones, for a {@link WarmUp}; empty if it was asked before.
   */
  synchronized List<Runnable> cold() {
    if (warm) return List.of();
    warm = true;
    float[] a = new float[Tiles.HEIGHT * Tiles.STRIDE], b = new float[Panels.size(WARM_DEPTH, 1)];
    float[] c = new float[Tiles.HEIGHT * Panels.WIDTH];
    var all = new ArrayList<Runnable>();
    for (int rows = Tiles.HEIGHT; rows >= Tiles.HEIGHT - 1; rows--) {
      for (boolean add : new boolean[] {false, true}) {
        Tile tile = tiles.of(rows, add);
        all.add(() -> tile.run(WARM_DEPTH, a, 0, b, 0, 1, c, 0, Panels.WIDTH));
      }
    }
    return all;
  }

  /** How many panels so deep are taken together. */
  static int group(int depth) {
    return Math.max(1, GROUP_FLOATS / (Panels.block(depth) * Panels.WIDTH));
  }

  /**
   * Computes rows and panels of c.
   *
   * <p>Blocks of depth are outermost, then some hundred rows: of a right side larger than the
   * caches, a block is read from memory a few times only.
   *
   * @param a row i from {@code ao + i * lda}, contiguous, {@code depth} long; read as it lies, and
   *     not copied, if that is how the kernels want it: {@link #canLie}, {@link Tiles#STRIDE} apart
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
      Frame frame) {
    int block = Panels.block(depth), panels = Panels.count(columns), most = group(depth);
    int groups = Math.max(1, (toPanel - fromPanel + most - 1) / most);
    int group = (toPanel - fromPanel + groups - 1) / groups; // 5 + 5 + 3 panels, not 6 + 6 + 1
    // the kernels reckon with places in a times the width of a panel, in ints
    boolean near = (ao + (long) rows * lda) * Panels.WIDTH <= Integer.MAX_VALUE;
    boolean lies = near && lda == Tiles.STRIDE && canLie(depth);
    float[] laid = lies ? a : frame.laid(Math.min(rows, ROWS) * Tiles.STRIDE);
    for (int k = 0; k < depth; k += block) {
      int deep = Math.min(block, depth - k), bo = k * panels * Panels.WIDTH;
      for (int i = 0; i < rows; ) {
        int some = band(rows - i);
        for (int r = 0; r < some && !lies; r++) {
          int at = r * Tiles.STRIDE;
          System.arraycopy(a, ao + (i + r) * lda + k, laid, at, deep);
          Arrays.fill(laid, at + deep, at + Panels.filled(deep), 0);
        }
        for (int g = 0; g < groups; g++) {
          int first = fromPanel + group * (back ? groups - 1 - g : g);
          int last = Math.min(toPanel, first + group), at = co + i * ldc;
          block(
              some,
              Panels.filled(deep),
              columns,
              laid,
              lies ? ao + i * lda : 0,
              b,
              bo,
              first,
              last,
              c,
              at,
              ldc,
              add || k > 0,
              frame);
        }
        i += some;
      }
    }
  }

  /** Whether rows so long, {@link Tiles#STRIDE} apart, are what the kernels read as it is. */
  static boolean canLie(int depth) {
    return depth == Panels.block(depth);
  }

  /** How many of the rows left are laid out next: whole tiles, in nearly equal parts. */
  private static int band(int rows) {
    int bands = (rows + ROWS - 1) / ROWS, each = (rows + bands - 1) / bands;
    return Math.min(rows, (each + Tiles.HEIGHT - 1) / Tiles.HEIGHT * Tiles.HEIGHT);
  }

  /**
   * A block of depth, tile by tile of rows: a tile's rows of a stay in the first-level cache, and c
   * is written along its rows. Panel by panel costs 7 % more where c is wide, since each tile then
   * starts new lines of memory.
   */
  private void block(
      int rows,
      int deep,
      int columns,
      float[] laid,
      int lo,
      float[] b,
      int bo,
      int first,
      int last,
      float[] c,
      int co,
      int ldc,
      boolean add,
      Frame frame) {
    float[] narrow = frame.tile();
    // tiles of nearly equal height: 7 rows are 4 + 3 and not 6 + 1
    int rest = (rows + Tiles.HEIGHT - 1) / Tiles.HEIGHT;
    for (int i = 0; i < rows; rest--) {
      int height = (rows - i + rest - 1) / rest, from = lo + i * Tiles.STRIDE;
      Tile tile = tiles.of(height, add);
      int at = co + i * ldc, wide = Math.min(last, columns / Panels.WIDTH);
      int panel = bo + first * deep * Panels.WIDTH;
      tile.run(deep, laid, from, b, panel, wide - first, c, at + first * Panels.WIDTH, ldc);
      if (wide < last) {
        // the last, narrower panel: through scratch, so that the kernels need no masks
        int width = columns - wide * Panels.WIDTH, end = at + wide * Panels.WIDTH;
        for (int r = 0; r < height && add; r++) {
          System.arraycopy(c, end + r * ldc, narrow, r * Panels.WIDTH, width);
        }
        panel = bo + wide * deep * Panels.WIDTH;
        tile.run(deep, laid, from, b, panel, 1, narrow, 0, Panels.WIDTH);
        for (int r = 0; r < height; r++) {
          System.arraycopy(narrow, r * Panels.WIDTH, c, end + r * ldc, width);
        }
      }
      i += height;
    }
  }
}
