package recurve.io.onnx;

/** Small floats by their bits, as IEEE 754 and the papers on 8-bit floats define them. */
final class Floats {
  private Floats() {}

  /** The number that some bits, the lowest ones, stand for. */
  static float of(ElementType type, int bits) {
    return switch (type) {
      case FLOAT16 -> Float.float16ToFloat((short) bits);
      case BFLOAT16 -> Float.intBitsToFloat(bits << 16);
      case FLOAT8E4M3FN -> (bits & 0x7F) == 0x7F ? Float.NaN : small(bits & 0xFF, 4, 3, 7);
      case FLOAT8E4M3FNUZ -> (bits & 0xFF) == 0x80 ? Float.NaN : small(bits & 0xFF, 4, 3, 8);
      case FLOAT8E5M2 ->
          switch (bits & 0x7F) {
            case 0x7C -> (bits & 0x80) == 0 ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
            case 0x7D, 0x7E, 0x7F -> Float.NaN;
            default -> small(bits & 0xFF, 5, 2, 15); // the finite ones
          };
      case FLOAT8E5M2FNUZ -> (bits & 0xFF) == 0x80 ? Float.NaN : small(bits & 0xFF, 5, 2, 16);
      case FLOAT4E2M1 -> small(bits & 0xF, 2, 1, 1);
      case FLOAT8E8M0 ->
          (bits & 0xFF) == 0xFF ? Float.NaN : (float) Math.scalb(1.0, (bits & 0xFF) - 127);
      case FLOAT, DOUBLE, BOOL, UINT8, INT8, UINT16, INT16, INT32, INT64, UINT32, UINT64 ->
          throw new IllegalArgumentException(type + " is no small float");
      case UINT4, INT4, UINT2, INT2 ->
          throw new IllegalArgumentException(type + " is no small float");
    };
  }

  /** Sign, exponent and fraction, with numbers below the normal ones. */
  private static float small(int bits, int exponents, int fractions, int bias) {
    int sign = bits >> exponents + fractions & 1;
    int exponent = bits >> fractions & (1 << exponents) - 1;
    int fraction = bits & (1 << fractions) - 1;
    int whole = exponent == 0 ? fraction : fraction | 1 << fractions;
    double size = Math.scalb((double) whole, Math.max(exponent, 1) - bias - fractions);
    return (float) (sign == 1 ? -size : size);
  }
}
