package recurve.backend.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape of this machine.
 *
 * <p>Species must be constants to the just-in-time compiler: one that arrives as a parameter or
 * from an instance field boxes every vector (25 times slower).
 */
final class Lanes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** Of as many shorts as there are floats in a vector. */
  static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

  /** The same of bytes; or of more, since no vector of them is shorter than eight. */
  static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));

  /** 0, 1, 2... */
  static final IntVector IOTA = IntVector.zero(INTS).addIndex(1);

  /** How many floats a vector holds. */
  static final int COUNT = FLOATS.length();

  /**
   * Whether vectors are of 512 bits. Processors that have them have 32 vector registers, and a
   * second-level cache of a megabyte or more for each core, where others have half of that or less.
   */
  static final boolean WIDE = COUNT >= 16;

  /**
   * Bytes left free at the beginning of an array of weights. Its numbers begin 16 bytes after the
   * array itself, so that a line of memory begins after so many more: if the array begins with one,
   * as all do under our launcher and large ones do in the regions of the collector G1. A vector of
   * 512 bits that lies in two lines is loaded twice, which takes 7 % of a product's time.
   */
  static final int LEAD_BYTES = 64 - 16;

  private Lanes() {}
}
