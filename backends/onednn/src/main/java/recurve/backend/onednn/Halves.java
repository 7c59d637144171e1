package recurve.backend.onednn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import recurve.backend.WeightType;

/** Rounds floats to their upper halves on their way out of the heap. */
final class Halves {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final int COUNT = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int NAN = 0x7fc0;

  private Halves() {}

  /** Writes {@link WeightType#toBf16} of each of n numbers, from a place counted in bytes on. */
  static void copy(float[] from, int at, MemorySegment to, long target, int n) {
    int whole = n - n % (2 * COUNT);
    for (int i = 0; i < whole; i += 2 * COUNT) {
      ShortVector low = half(FloatVector.fromArray(FLOATS, from, at + i), 0);
      ShortVector high = half(FloatVector.fromArray(FLOATS, from, at + i + COUNT), -1);
      low.or(high).intoMemorySegment(to, target + 2L * i, ORDER);
    }
    for (int i = whole; i < n; i++) {
      to.set(ValueLayout.JAVA_SHORT, target + 2L * i, WeightType.toBf16(from[at + i]));
    }
  }

  /** Rounds to upper halves, which fill the first (0) or the second (-1) half of a vector. */
  private static ShortVector half(FloatVector x, int part) {
    IntVector bits = x.reinterpretAsInts();
    IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    IntVector upper = bits.add(odd).add(0x7fff).lanewise(VectorOperators.LSHR, 16);
    upper = upper.blend(NAN, x.test(VectorOperators.IS_NAN).cast(INTS));
    return (ShortVector) upper.convertShape(VectorOperators.I2S, SHORTS, part);
  }
}
