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
  /** How a product passes through the panels of its right side. */
  enum Walk {
    /** They are in a cache. */
    NEAR,
    /** From memory: while some are used, the next are fetched. */
    FORWARDS,
    /** The same from the last panel to the first. */
    BACKWARDS
  }

  // Of a, laid out for the kernels at a time: a megabyte, in whole tiles. The right side is read
  // again for the next rows, which costs where it is larger than the caches.
  private static final int ROWS = 320 / Tiles.HEIGHT * Tiles.HEIGHT;
  private static final int LAID_FLOATS = 256 * 1000;

  // Of packed panels: they pass through the first-level cache for every tile of rows, and stay in
  // the second.
  private static final int GROUP_FLOATS = (Lanes.WIDE ? 200 : 80) * 1024;

  // The same of panels that come from farther: while some are used, the next are on their way.
  private static final int FAR_FLOATS = Lanes.WIDE ? 50 * 1024 : GROUP_FLOATS;

  private static final int NOTHING = -1;
  private static final int WARM_DEPTH = 64;

  private final Tiles tiles = new Tiles();
  private final List<Boolean> cold = new ArrayList<>(List.of(false)); // kernels: do they fetch?
  private boolean fetches;

  /** Tells that there will be products whose right side is not {@link Walk#NEAR}. */
  synchronized void expectFar() {
    if (!fetches) cold.add(true);
    fetches = true;
  }

  /**
   * The kernels of full tiles on small ones, for a {@link WarmUp}; without those that were asked
   * for before.
   */
  synchronized List<Runnable> cold() {
    float[] a = new float[Tiles.HEIGHT * Tiles.STRIDE], b = new float[Panels.size(WARM_DEPTH, 1)];
    float[] c = new float[Tiles.HEIGHT * Panels.WIDTH];
    var all = new ArrayList<Runnable>();
    for (boolean fetches : cold) {
      for (int rows = Tiles.HEIGHT; rows >= Tiles.HEIGHT - 1; rows--) {
        for (boolean add : new boolean[] {false, true}) {
          Tile tile = tiles.of(rows, add, fetches);
          all.add(() -> tile.run(WARM_DEPTH, a, 0, b, 0, 1, c, 0, Panels.WIDTH, 0));
        }
      }
    }
    cold.clear();
    return all;
  }

  /** How many panels so deep are taken together. */
  static int group(int depth) {
    return group(depth, GROUP_FLOATS);
  }

  private static int group(int depth, int floats) {
    return Math.max(1, floats / (Panels.block(depth) * Panels.WIDTH));
  }

  /**
   * Computes rows and panels of c.
   *
   * <p>Where panels are near, blocks of depth are outermost, then some hundred rows: of a right
   * side larger than the caches, a block is read from memory a few times only.
   *
   * @param a row i from {@code ao + i * lda}, contiguous, {@code depth} long; read as it lies, and
   *     not copied, if that is how the kernels want it: {@link #canLie}, {@link Tiles#STRIDE} apart
   * @param b packed by {@link Panels#pack}
   * @param c row i from {@code co + i * ldc}
   * @param add whether c already holds what the product is added to
   * @param walk how the panels of b are passed through
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
      Walk walk,
      Frame frame) {
    int block = Panels.block(depth), blocks = Math.max(1, (depth + block - 1) / block);
    var groups = Groups.of(depth, Panels.count(columns), fromPanel, toPanel, walk);
    // Blocks of depth that are laid out at once. All of them if panels are far: a group of those is
    // passed through in its whole depth, so that a walk backwards begins with what the one forwards
    // has read last.
    int spans = walk == Walk.NEAR ? 1 : blocks;
    int band = band(rows, Math.clamp(LAID_FLOATS / (block * spans), Tiles.HEIGHT, ROWS));
    // the kernels reckon with places in a times the width of a panel, in ints
    boolean near = (ao + (long) rows * lda) * Panels.WIDTH <= Integer.MAX_VALUE;
    boolean lies = near && lda == Tiles.STRIDE && canLie(depth);
    int apart = Math.min(rows, band) * Tiles.STRIDE, parts = groups.count * spans;
    float[] laid = lies ? a : frame.laid(spans * apart);
    for (int k = 0; k < depth; k += spans * block) {
      for (int i = 0; i < rows; i += band) {
        int some = Math.min(band, rows - i), from = ao + i * lda;
        for (int q = 0; q < spans && !lies; q++) {
          int at = k + q * block;
          lay(some, Math.min(block, depth - at), a, from + at, lda, laid, q * apart);
        }
        for (int p = 0; p < parts; p++) {
          int g = p / spans, q = p % spans, at = k + q * block;
          int filled = Panels.filled(Math.min(block, depth - at));
          int first = groups.first(g) * Panels.WIDTH, next = NOTHING;
          if (walk != Walk.NEAR && (p + 1 < parts || i + band < rows)) {
            int then = (p + 1) % parts;
            int last = b.length - groups.size(g) * filled * Panels.WIDTH;
            next = Math.min(groups.place(then % spans * block, then / spans), last);
          }
          block(
              some,
              filled,
              columns - first,
              laid,
              lies ? from : q * apart,
              b,
              groups.place(at, g),
              groups.size(g),
              next,
              c,
              co + i * ldc + first,
              ldc,
              add || at > 0,
              frame);
        }
      }
    }
  }

  /** How many rows at a time: nearly equal bands of whole tiles. */
  private static int band(int rows, int most) {
    int bands = Math.max(1, (rows + most - 1) / most), band = (rows + bands - 1) / bands;
    return (band + Tiles.HEIGHT - 1) / Tiles.HEIGHT * Tiles.HEIGHT;
  }

  /** Lays rows out as the kernels want them, with zeros to a whole step of k. */
  private static void lay(int rows, int deep, float[] a, int from, int lda, float[] laid, int at) {
    int filled = Panels.filled(deep);
    for (int r = 0; r < rows; r++) {
      int to = at + r * Tiles.STRIDE;
      System.arraycopy(a, from + r * lda, laid, to, deep);
      Arrays.fill(laid, to + deep, to + filled, 0);
    }
  }

  /** Some panels in groups that stay in the second-level cache. */
  private record Groups(int depth, int panels, int from, int to, boolean back, int count) {
    static Groups of(int depth, int panels, int from, int to, Walk walk) {
      int most = group(depth, walk == Walk.NEAR ? GROUP_FLOATS : FAR_FLOATS);
      int count = Math.max(1, (to - from + most - 1) / most);
      return new Groups(depth, panels, from, to, walk == Walk.BACKWARDS, count);
    }

    // nearly equal ones: 5 + 5 + 3 panels, not 6 + 6 + 1
    private int each() {
      return (to - from + count - 1) / count;
    }

    /** The first panel of the group that comes at place g. */
    int first(int g) {
      return from + each() * (back ? count - 1 - g : g);
    }

    /** How many panels it has. */
    int size(int g) {
      return Math.min(to - first(g), each());
    }

    /** Where its part of the block of depth lies that begins at k. */
    int place(int k, int g) {
      int deep = Math.min(Panels.block(depth), depth - k);
      return Panels.LEAD + (k * panels + first(g) * Panels.filled(deep)) * Panels.WIDTH;
    }
  }

  /** Whether rows so long, {@link Tiles#STRIDE} apart, are what the kernels read as it is. */
  static boolean canLie(int depth) {
    return depth == Panels.block(depth);
  }

  /**
   * A block of depth, tile by tile of rows: a tile's rows of a stay in the first-level cache, and c
   * is written along its rows. Panel by panel costs 7 % more where c is wide, since each tile then
   * starts new lines of memory.
   *
   * @param next panels that the last tiles fetch into the second-level cache, or {@link #NOTHING}
   */
  private void block(
      int rows,
      int deep,
      int columns,
      float[] laid,
      int lo,
      float[] b,
      int bo,
      int panels,
      int next,
      float[] c,
      int co,
      int ldc,
      boolean add,
      Frame frame) {
    float[] narrow = frame.tile();
    int wide = Math.min(panels, columns / Panels.WIDTH);
    // tiles of nearly equal height: 7 rows are 4 + 3 and not 6 + 1
    int rest = (rows + Tiles.HEIGHT - 1) / Tiles.HEIGHT;
    int fetched = next;
    for (int i = 0; i < rows; rest--) {
      int height = (rows - i + rest - 1) / rest, from = lo + i * Tiles.STRIDE;
      boolean fetches = next != NOTHING && rest <= Tiles.FETCHING;
      Tile tile = tiles.of(height, add, fetches);
      int at = co + i * ldc;
      frame.fetched += tile.run(deep, laid, from, b, bo, wide, c, at, ldc, fetched);
      if (fetches) fetched += panels * deep * Panels.WIDTH / Tiles.FETCHING;
      if (wide < panels) {
        // the last, narrower panel: through scratch, so that the kernels need no masks
        int width = columns - wide * Panels.WIDTH, end = at + wide * Panels.WIDTH;
        for (int r = 0; r < height && add; r++) {
          System.arraycopy(c, end + r * ldc, narrow, r * Panels.WIDTH, width);
        }
        int panel = bo + wide * deep * Panels.WIDTH;
        tile = tiles.of(height, add, false);
        tile.run(deep, laid, from, b, panel, 1, narrow, 0, Panels.WIDTH, NOTHING);
        for (int r = 0; r < height; r++) {
          System.arraycopy(narrow, r * Panels.WIDTH, c, end + r * ldc, width);
        }
      }
      i += height;
    }
  }
}
