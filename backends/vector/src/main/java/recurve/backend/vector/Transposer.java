package recurve.backend.vector;

/** Transposing copies, blocked so that every cache line that is touched is used. */
final class Transposer {
  private static final int BLOCK = 16;

  private Transposer() {}

  /**
   * Packs a panel of a transposed matrix: column j of the panel is contiguous in {@code b} at
   * {@code source + j * stride}.
   */
  static void columns(float[] b, int source, int stride, int deep, float[] packed, int target) {
    int width = Panels.WIDTH;
    for (int k0 = 0; k0 < deep; k0 += BLOCK) {
      int k1 = Math.min(deep, k0 + BLOCK);
      for (int j = 0; j < width; j++) {
        int s = source + j * stride, t = target + j;
        for (int k = k0; k < k1; k++) packed[t + k * width] = b[s + k];
      }
    }
  }

  /** {@code to[i][k] = from[k][i]}: rows of {@code to} are {@code ld} apart. */
  static void rows(
      float[] from, int at, int stride, int rows, int deep, float[] to, int start, int ld) {
    for (int i0 = 0; i0 < rows; i0 += BLOCK) {
      int i1 = Math.min(rows, i0 + BLOCK);
      for (int k0 = 0; k0 < deep; k0 += BLOCK) {
        int k1 = Math.min(deep, k0 + BLOCK);
        for (int i = i0; i < i1; i++) {
          for (int k = k0; k < k1; k++) to[start + i * ld + k] = from[at + k * stride + i];
        }
      }
    }
  }
}
