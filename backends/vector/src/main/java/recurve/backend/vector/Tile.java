package recurve.backend.vector;

/**
 * The micro-kernel of a product: tiles of c side by side, a few rows high and {@link Panels#WIDTH}
 * wide each.
 *
 * <p>Each element is one chain of fused multiply-adds, in an order of k that follows from the depth
 * alone ({@link Tiles#STREAMS}): so no choice of tiles, and no number of threads, changes a bit of
 * a result.
 */
interface Tile {
  /**
   * {@code c[i][j] (+)= sum over k of a[i][k] * b[k][j]}.
   *
   * @param depth how many k, a multiple of {@link Tiles#STEP}
   * @param a rows from {@code ao}, {@link Tiles#STRIDE} apart
   * @param b panels, one behind the other from {@code bo}: for each k, {@link Panels#WIDTH} columns
   * @param panels how many
   * @param c rows from {@code co}, {@code ldc} apart
   * @param next where a part of b begins that will be wanted: {@link Tiles#FETCHING} such parts are
   *     as much as this reads of b; only a kernel that fetches looks at it
   * @return nothing of use: a compiler must believe that what is fetched is wanted
   */
  float run(
      int depth,
      float[] a,
      int ao,
      float[] b,
      int bo,
      int panels,
      float[] c,
      int co,
      int ldc,
      int next);
}
