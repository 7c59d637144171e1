package recurve.ir;

/** The element type of a value. */
public enum DType {
  /** IEEE 754 binary32. */
  F32,
  /** IEEE 754 binary64; gradients are checked in it. */
  F64,
  /** Two's complement 32-bit integer: ids, lengths, random keys. */
  I32,
  /** Truth value, the result of comparisons. */
  BOOL;

  /** Whether values of this type have gradients. */
  public boolean isFloat() {
    return this == F32 || this == F64;
  }
}
