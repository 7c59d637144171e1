package recurve.backend.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import recurve.backend.WeightType;

/** Copies a matrix out of the heap, as a native library wants its numbers. */
final class Outward implements Instruction {
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, Lanes.FLOATS.vectorShape());
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int NAN = 0x7fc0;

  private final View from; // [rows, columns], the last axis contiguous
  private final View to; // outside, row by row
  private final Gemm.Numbers numbers;

  Outward(View from, View to, Gemm.Numbers numbers) {
    this.from = from;
    this.to = to;
    this.numbers = numbers;
  }

  @Override
  public int extent() {
    return from.dim(0);
  }

  @Override
  public int grain() {
    return Math.max(1, 16384 / Math.max(1, from.dim(1)));
  }

  @Override
  public List<Access> accesses() {
    return List.of(Access.reads(from, true), Access.writes(to, true));
  }

  @Override
  public void run(Frame frame, int first, int last) {
    float[] floats = from.buffer().floats();
    MemorySegment out = to.buffer().segment();
    int columns = from.dim(1), at = from.at(frame);
    // one row after the other, if nothing lies between them
    boolean gapless = from.stride(0) == columns;
    int rows = gapless ? 1 : last - first, each = gapless ? (last - first) * columns : columns;
    for (int r = 0; r < rows; r++) {
      int source = at + (first + r) * from.stride(0);
      long target = (long) (first + r) * columns * numbers.bytes();
      switch (numbers) {
        case FLOATS ->
            MemorySegment.copy(floats, source, out, ValueLayout.JAVA_FLOAT, target, each);
        case HALVES -> halves(floats, source, out, target, each);
      }
    }
  }

  /** The same as {@link WeightType#toBf16} of each. */
  private static void halves(float[] from, int at, MemorySegment to, long target, int n) {
    int whole = n - n % (2 * Lanes.COUNT);
    for (int i = 0; i < whole; i += 2 * Lanes.COUNT) {
      ShortVector low = half(FloatVector.fromArray(Lanes.FLOATS, from, at + i), 0);
      ShortVector high = half(FloatVector.fromArray(Lanes.FLOATS, from, at + i + Lanes.COUNT), -1);
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
    upper = upper.blend(NAN, x.test(VectorOperators.IS_NAN).cast(Lanes.INTS));
    return (ShortVector) upper.convertShape(VectorOperators.I2S, SHORTS, part);
  }

  @Override
  public String toString() {
    return "Outward " + from + " as " + numbers;
  }
}
