package recurve.backend.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A row times a panel of {@link Streamed}, for each way in which numbers are kept.
 *
 * <p>The methods are flat, and differ in one line: how eight vectors of weights become floats. See
 * the traps in docs/internals.md.
 */
final class StreamKernels {
  private static final int L = Lanes.COUNT;
  private static final int WIDTH = Streamed.WIDTH;
  private static final int QUARTER = Streamed.QUARTER;
  // as in Tiles: without a loop around the loop over k the sums end up in memory
  private static final int STRIP = 1000;

  private static final VectorSpecies<Short> SHORTS = shorts();
  // no vector of bytes is shorter than eight; of one that is too long the rest is not looked at
  private static final VectorSpecies<Byte> BYTES =
      L > 8 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  /** How many bytes past the end may be read. */
  static final int BEYOND = BYTES.length();

  private StreamKernels() {}

  private static VectorSpecies<Short> shorts() {
    return switch (L) {
      case 16 -> ShortVector.SPECIES_256;
      case 8 -> ShortVector.SPECIES_128;
      default -> ShortVector.SPECIES_64;
    };
  }

  /** Weights as they are. */
  static void floats(int depth, float[] a, int ao, float[] b, int bo, float[] c, int co) {
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS), s1 = s0;
    for (int from = 0; from < depth; from += STRIP) {
      int end = Math.min(depth, from + STRIP);
      for (int k = from; k < end; k++) {
        FloatVector x = FloatVector.broadcast(Lanes.FLOATS, a[ao + k]);
        int at = bo + k * QUARTER;
        s0 = FloatVector.fromArray(Lanes.FLOATS, b, at).fma(x, s0);
        s1 = FloatVector.fromArray(Lanes.FLOATS, b, at + L).fma(x, s1);
      }
    }
    s0.intoArray(c, co);
    s1.intoArray(c, co + L);
  }

  /** Four streams of weights as they are. */
  static void fourFloats(int depth, float[] a, int ao, float[] b, int bo, float[] c, int co) {
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS), s1 = s0, s2 = s0, s3 = s0;
    FloatVector s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    int next = depth * QUARTER; // from stream to stream
    for (int from = 0; from < depth; from += STRIP) {
      int end = Math.min(depth, from + STRIP);
      for (int k = from; k < end; k++) {
        FloatVector x = FloatVector.broadcast(Lanes.FLOATS, a[ao + k]);
        int at = bo + k * QUARTER;
        s0 = FloatVector.fromArray(Lanes.FLOATS, b, at).fma(x, s0);
        s1 = FloatVector.fromArray(Lanes.FLOATS, b, at + L).fma(x, s1);
        s2 = FloatVector.fromArray(Lanes.FLOATS, b, at + next).fma(x, s2);
        s3 = FloatVector.fromArray(Lanes.FLOATS, b, at + next + L).fma(x, s3);
        s4 = FloatVector.fromArray(Lanes.FLOATS, b, at + 2 * next).fma(x, s4);
        s5 = FloatVector.fromArray(Lanes.FLOATS, b, at + 2 * next + L).fma(x, s5);
        s6 = FloatVector.fromArray(Lanes.FLOATS, b, at + 3 * next).fma(x, s6);
        s7 = FloatVector.fromArray(Lanes.FLOATS, b, at + 3 * next + L).fma(x, s7);
      }
    }
    s0.intoArray(c, co);
    s1.intoArray(c, co + L);
    s2.intoArray(c, co + 2 * L);
    s3.intoArray(c, co + 3 * L);
    s4.intoArray(c, co + 4 * L);
    s5.intoArray(c, co + 5 * L);
    s6.intoArray(c, co + 6 * L);
    s7.intoArray(c, co + 7 * L);
  }

  /** The upper halves of floats: shifted up, they are floats. */
  static void halves(int depth, float[] a, int ao, short[] b, int bo, float[] c, int co) {
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS), s1 = s0;
    for (int from = 0; from < depth; from += STRIP) {
      int end = Math.min(depth, from + STRIP);
      for (int k = from; k < end; k++) {
        FloatVector x = FloatVector.broadcast(Lanes.FLOATS, a[ao + k]);
        int at = bo + k * QUARTER;
        s0 =
            ShortVector.fromArray(SHORTS, b, at)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s0);
        s1 =
            ShortVector.fromArray(SHORTS, b, at + L)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s1);
      }
    }
    s0.intoArray(c, co);
    s1.intoArray(c, co + L);
  }

  /** Four streams of such halves. */
  static void fourHalves(int depth, float[] a, int ao, short[] b, int bo, float[] c, int co) {
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS), s1 = s0, s2 = s0, s3 = s0;
    FloatVector s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    int next = depth * QUARTER; // from stream to stream
    for (int from = 0; from < depth; from += STRIP) {
      int end = Math.min(depth, from + STRIP);
      for (int k = from; k < end; k++) {
        FloatVector x = FloatVector.broadcast(Lanes.FLOATS, a[ao + k]);
        int at = bo + k * QUARTER;
        s0 =
            ShortVector.fromArray(SHORTS, b, at)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s0);
        s1 =
            ShortVector.fromArray(SHORTS, b, at + L)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s1);
        s2 =
            ShortVector.fromArray(SHORTS, b, at + next)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s2);
        s3 =
            ShortVector.fromArray(SHORTS, b, at + next + L)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s3);
        s4 =
            ShortVector.fromArray(SHORTS, b, at + 2 * next)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s4);
        s5 =
            ShortVector.fromArray(SHORTS, b, at + 2 * next + L)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s5);
        s6 =
            ShortVector.fromArray(SHORTS, b, at + 3 * next)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s6);
        s7 =
            ShortVector.fromArray(SHORTS, b, at + 3 * next + L)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.INTS, 0)
                .reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats()
                .fma(x, s7);
      }
    }
    s0.intoArray(c, co);
    s1.intoArray(c, co + L);
    s2.intoArray(c, co + 2 * L);
    s3.intoArray(c, co + 3 * L);
    s4.intoArray(c, co + 4 * L);
    s5.intoArray(c, co + 5 * L);
    s6.intoArray(c, co + 6 * L);
    s7.intoArray(c, co + 7 * L);
  }

  /** Whole numbers of one byte. */
  static void bytes(int depth, float[] a, int ao, byte[] b, int bo, float[] c, int co) {
    FloatVector s0 = FloatVector.zero(Lanes.FLOATS), s1 = s0, s2 = s0, s3 = s0;
    FloatVector s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    for (int from = 0; from < depth; from += STRIP) {
      int end = Math.min(depth, from + STRIP);
      for (int k = from; k < end; k++) {
        FloatVector x = FloatVector.broadcast(Lanes.FLOATS, a[ao + k]);
        int at = bo + k * WIDTH;
        s0 =
            ((FloatVector)
                    ByteVector.fromArray(BYTES, b, at)
                        .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                .fma(x, s0);
        s1 =
            ((FloatVector)
                    ByteVector.fromArray(BYTES, b, at + L)
                        .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                .fma(x, s1);
        s2 =
            ((FloatVector)
                    ByteVector.fromArray(BYTES, b, at + 2 * L)
                        .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                .fma(x, s2);
        s3 =
            ((FloatVector)
                    ByteVector.fromArray(BYTES, b, at + 3 * L)
                        .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                .fma(x, s3);
        s4 =
            ((FloatVector)
                    ByteVector.fromArray(BYTES, b, at + 4 * L)
                        .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                .fma(x, s4);
        s5 =
            ((FloatVector)
                    ByteVector.fromArray(BYTES, b, at + 5 * L)
                        .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                .fma(x, s5);
        s6 =
            ((FloatVector)
                    ByteVector.fromArray(BYTES, b, at + 6 * L)
                        .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                .fma(x, s6);
        s7 =
            ((FloatVector)
                    ByteVector.fromArray(BYTES, b, at + 7 * L)
                        .convertShape(VectorOperators.B2F, Lanes.FLOATS, 0))
                .fma(x, s7);
      }
    }
    s0.intoArray(c, co);
    s1.intoArray(c, co + L);
    s2.intoArray(c, co + 2 * L);
    s3.intoArray(c, co + 3 * L);
    s4.intoArray(c, co + 4 * L);
    s5.intoArray(c, co + 5 * L);
    s6.intoArray(c, co + 6 * L);
    s7.intoArray(c, co + 7 * L);
  }
}
