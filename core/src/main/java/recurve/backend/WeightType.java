package recurve.backend;

/**
 * How a backend keeps the weights of products that are run and not trained.
 *
 * <p>A weight is a matrix of floats, the right side of a product, that follows from constant inputs
 * alone (see {@link CompileOptions}). Rounding it changes what is computed, by as much as {@link
 * #round} says and no more: everything else stays in floats.
 */
public enum WeightType {
  /** As they are. */
  F32,
  /** The upper half of the float, rounded to the nearest, ties to even. */
  BF16,
  /** For each column a scale, the largest magnitude over 127, and whole numbers of that. */
  INT8;

  /** The largest whole number of {@link #INT8}. */
  public static final int LEVELS = 127;

  /** Rounds a matrix [depth, columns], row-major, in place: the definition for all backends. */
  public void round(float[] matrix, int depth, int columns) {
    switch (this) {
      case F32 -> {}
      case BF16 -> {
        for (int i = 0; i < depth * columns; i++) matrix[i] = ofBf16(toBf16(matrix[i]));
      }
      case INT8 -> {
        for (int j = 0; j < columns; j++) {
          float most = 0;
          for (int k = 0; k < depth; k++) {
            most = Math.max(most, Math.abs(matrix[k * columns + j]));
          }
          float scale = scale(most);
          for (int k = 0; k < depth; k++) {
            int at = k * columns + j;
            matrix[at] = scale * toInt8(matrix[at], scale);
          }
        }
      }
    }
  }

  /** The scale of a column by its largest magnitude; one of zeros only has scale 1. */
  public static float scale(float most) {
    return most == 0 ? 1 : most / LEVELS;
  }

  /** How many times the scale a number is, to the nearest, ties to even. */
  public static byte toInt8(float number, float scale) {
    return (byte) Math.clamp(Math.rint(number / scale), -LEVELS, LEVELS);
  }

  /** The upper half of a float. */
  public static short toBf16(float number) {
    if (Float.isNaN(number)) return (short) 0x7fc0;
    int bits = Float.floatToRawIntBits(number);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** The float of an upper half. */
  public static float ofBf16(short half) {
    return Float.intBitsToFloat(half << 16);
  }
}
