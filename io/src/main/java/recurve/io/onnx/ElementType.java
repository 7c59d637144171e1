package recurve.io.onnx;

import java.util.Arrays;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Tensor;

/**
 * ONNX's element types, each with the type of ours that carries its numbers.
 *
 * <p>Integers of any width are carried as I32, and half floats as F32: what leaves a graph is
 * rounded to the type that the file declares, what happens in between is not.
 */
public enum ElementType {
  FLOAT(1, DType.F32, 32, true),
  UINT8(2, DType.I32, 8, false),
  INT8(3, DType.I32, 8, true),
  UINT16(4, DType.I32, 16, false),
  INT16(5, DType.I32, 16, true),
  INT32(6, DType.I32, 32, true),
  INT64(7, DType.I32, 64, true),
  BOOL(9, DType.BOOL, 8, false),
  FLOAT16(10, DType.F32, 16, true),
  DOUBLE(11, DType.F64, 64, true),
  UINT32(12, DType.I32, 32, false),
  UINT64(13, DType.I32, 64, false),
  BFLOAT16(16, DType.F32, 16, true),
  FLOAT8E4M3FN(17, DType.F32, 8, true),
  FLOAT8E4M3FNUZ(18, DType.F32, 8, true),
  FLOAT8E5M2(19, DType.F32, 8, true),
  FLOAT8E5M2FNUZ(20, DType.F32, 8, true),
  UINT4(21, DType.I32, 4, false),
  INT4(22, DType.I32, 4, true),
  FLOAT4E2M1(23, DType.F32, 4, true),
  FLOAT8E8M0(24, DType.F32, 8, false),
  UINT2(25, DType.I32, 2, false),
  INT2(26, DType.I32, 2, true);

  private final int number;
  private final DType carrier;
  private final int bits;
  private final boolean signed;

  ElementType(int number, DType carrier, int bits, boolean signed) {
    this.number = number;
    this.carrier = carrier;
    this.bits = bits;
    this.signed = signed;
  }

  /** The type that ONNX numbers so, if it is one that we carry; strings are not. */
  static Optional<ElementType> of(int number) {
    return Arrays.stream(values()).filter(t -> t.number == number).findFirst();
  }

  /** The type that a value of ours is written as. */
  static ElementType of(DType dtype) {
    return switch (dtype) {
      case F32 -> FLOAT;
      case F64 -> DOUBLE;
      case I32 -> INT32;
      case BOOL -> BOOL;
    };
  }

  /** Our type that holds its numbers. */
  public DType carrier() {
    return carrier;
  }

  /** How many bits an element has in a file. */
  int bits() {
    return bits;
  }

  /** Whether its numbers are whole and not truth values. */
  boolean isInteger() {
    return carrier == DType.I32;
  }

  boolean isFloat() {
    return carrier.isFloat();
  }

  /** Whether it is a float of fewer than 16 bits, of which we only read. */
  boolean isTinyFloat() {
    return isFloat() && bits < 16;
  }

  /** The least number of an integer type, within I32. */
  long least() {
    return signed ? -(1L << Math.min(bits, 32) - 1) : 0;
  }

  /** The greatest number of an integer type, within I32. */
  long greatest() {
    int width = signed ? Math.min(bits, 32) - 1 : Math.min(bits, 31);
    return (1L << width) - 1;
  }

  boolean isSigned() {
    return signed;
  }

  /** The numbers as this type holds them: half floats rounded to the nearest, others unchanged. */
  public Tensor round(Tensor t) {
    if (this != FLOAT16 && this != BFLOAT16) return t;
    Tensor r = t.cast(DType.F32).copy();
    for (int i = 0; i < r.size(); i++) {
      float x = r.floats()[i];
      r.floats()[i] =
          this == FLOAT16 ? Float.float16ToFloat(Float.floatToFloat16(x)) : roundToBfloat16(x);
    }
    return r;
  }

  private static float roundToBfloat16(float x) {
    if (Float.isNaN(x)) return x;
    int bits = Float.floatToRawIntBits(x);
    int odd = bits >>> 16 & 1; // ties go to even
    return Float.intBitsToFloat(bits + 0x7FFF + odd & 0xFFFF0000);
  }

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
