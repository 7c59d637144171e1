package recurve.backend.vector;

/**
 * The micro-kernel of a product: one tile of c, a few rows high and {@link Panels#WIDTH} wide.
 *
 * <p>Each element is one chain of fused multiply-adds in the order of k, whatever the height of the
 * tile: so no choice of tiles, and no number of threads, changes a bit of a result.
 */
interface Tile {
  /**
   * {@code c[i][j] (+)= sum over k of a[i][k] * b[k][j]}.
   *
   * @param depth how many k
   * @param a rows from {@code ao}, {@link Tiles#STRIDE} apart
   * @param b a panel from {@code bo}: for each k, {@link Panels#WIDTH} columns
   * @param c rows from {@code co}, {@code ldc} apart
   */
  void run(int depth, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc);
}
