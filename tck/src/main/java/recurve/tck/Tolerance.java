package recurve.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import recurve.ir.DType;
import recurve.ir.Tensor;

/**
 * How far results may lie apart: {@code |a - b| <= roundings * ulp * max(1, |b|)}, with the ulp of
 * one in the element type. Integers and truth values must be equal.
 */
record Tolerance(double roundings) {
  /** The same numbers; zeros of either sign are the same. */
  static final Tolerance EXACT = new Tolerance(0);

  /** Of one elementary function: what a rational approximation may take. */
  static final Tolerance FUNCTION = new Tolerance(8);

  /** Of a graph of some dozens of operations. */
  static final Tolerance GRAPH = new Tolerance(4000);

  /** Of a sum of so many terms near one, added in any order. */
  static Tolerance sum(long terms) {
    return new Tolerance(2.0 * terms + 4);
  }

  private static double ulp(DType dtype) {
    return switch (dtype) {
      case F32 -> 0x1p-23;
      case F64 -> 0x1p-52;
      case I32, BOOL -> 0;
    };
  }

  /** Fails, naming the first element that lies too far off. */
  void check(Tensor expected, Tensor actual, String what) {
    assertEquals(expected.dtype(), actual.dtype(), what);
    assertArrayEquals(expected.dims(), actual.dims(), what);
    for (int i = 0; i < expected.size(); i++) {
      double e = expected.at(i), a = actual.at(i);
      if (e == a || (Double.isNaN(e) && Double.isNaN(a))) continue;
      double allowed = roundings * ulp(expected.dtype()) * Math.max(1, Math.abs(e));
      // not (difference > allowed): that would let a NaN pass
      if (!(Math.abs(e - a) <= allowed) || Double.isInfinite(e)) {
        fail(
            what
                + ": element "
                + i
                + " of "
                + expected
                + " is "
                + a
                + ", expected "
                + e
                + " within "
                + allowed);
      }
    }
  }
}
