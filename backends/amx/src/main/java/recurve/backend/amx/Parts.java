package recurve.backend.amx;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import recurve.backend.WeightType;

/**
 * How numbers are made of bfloat16, which have eight significant bits, and what of them is
 * multiplied.
 *
 * <p>A float, of 24 significant bits, is the sum of three: itself rounded, what that leaves
 * rounded, and the rest, which is exact. Of the nine products of two such sums the three smallest
 * are left out: together at most 2<sup>-24</sup> of the product, as much as one rounding of a
 * float. So a product of matrices is as exact as in floats, and more so, since a tile's sums of
 * sixteen numbers are added to the sum and not the numbers one by one. Two things differ from
 * floats: what is infinite, or rounds to it (more than 3.39e38), makes NaN of what it is multiplied
 * with, and parts less than 1.2e-38 are zero.
 *
 * @see <a href="https://arxiv.org/abs/1904.06376">Henry, Tang, Heinecke 2019, Leveraging the
 *     bfloat16 artificial intelligence datatype for higher-precision computations</a>
 */
enum Parts {
  /** {@link WeightType#toBf16} of the number. */
  ONE(1, 1, 8, List.of(new Term(0, 0))) {
    @Override
    void split(
        float[] from, int at, int apart, int stride, int lines, int[] to, int target, int next) {
      for (int i = 0; i < lines; i++) {
        FloatVector x = FloatVector.fromArray(FLOATS, from, at + i * stride);
        FloatVector y = FloatVector.fromArray(FLOATS, from, at + i * stride + apart);
        IntVector p = x.reinterpretAsInts();
        IntVector q = y.reinterpretAsInts();
        p = p.add(p.lanewise(VectorOperators.LSHR, 16).and(1)).add(0x7fff);
        q = q.add(q.lanewise(VectorOperators.LSHR, 16).and(1)).add(0x7fff);
        p = p.blend(NAN, x.test(VectorOperators.IS_NAN).cast(INTS));
        q = q.blend(NAN, y.test(VectorOperators.IS_NAN).cast(INTS));
        p.lanewise(VectorOperators.LSHR, 16).or(q.and(UPPER)).intoArray(to, target + i * SIDE);
      }
    }
  },
  /**
   * All of the number; half-way cases go up, which the next part makes good. NaN may become
   * anything in the first two parts, and stays NaN in the third. The order of the terms is that in
   * which the fewest tiles are loaded.
   */
  THREE(
      3,
      5,
      150,
      List.of(
          new Term(0, 2),
          new Term(0, 1),
          new Term(1, 1),
          new Term(1, 0),
          new Term(0, 0),
          new Term(2, 0))) {
    @Override
    void split(
        float[] from, int at, int apart, int stride, int lines, int[] to, int target, int next) {
      for (int i = 0; i < lines; i++) {
        int line = target + i * SIDE;
        FloatVector x = FloatVector.fromArray(FLOATS, from, at + i * stride);
        FloatVector y = FloatVector.fromArray(FLOATS, from, at + i * stride + apart);
        IntVector p = x.reinterpretAsInts().add(HALF).and(UPPER);
        IntVector q = y.reinterpretAsInts().add(HALF).and(UPPER);
        p.lanewise(VectorOperators.LSHR, 16).or(q).intoArray(to, line);
        x = x.sub(p.reinterpretAsFloats());
        y = y.sub(q.reinterpretAsFloats());
        p = x.reinterpretAsInts().add(HALF).and(UPPER);
        q = y.reinterpretAsInts().add(HALF).and(UPPER);
        p.lanewise(VectorOperators.LSHR, 16).or(q).intoArray(to, line + next);
        p = x.sub(p.reinterpretAsFloats()).reinterpretAsInts();
        q = y.sub(q.reinterpretAsFloats()).reinterpretAsInts().and(UPPER);
        p.lanewise(VectorOperators.LSHR, 16).or(q).intoArray(to, line + 2 * next);
      }
    }
  };

  /** Which part of the left side is multiplied with which of the right side. */
  record Term(int left, int right) {}

  private static final int SIDE = TileKernels.SIDE; // pairs of a line
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final int UPPER = 0xffff0000;
  private static final int HALF = 0x8000; // of the last bit that stays
  private static final int NAN = 0x7fc00000;

  private final int count;
  private final int time;
  private final int worth;
  private final List<Term> terms;

  Parts(int count, int time, int worth, List<Term> terms) {
    this.count = count;
    this.time = time;
    this.worth = worth;
    this.terms = terms;
  }

  /** How many there are of each number. */
  int count() {
    return count;
  }

  /** How long a multiply-add takes, of which vectors of 512 bits take nine; measured. */
  int time() {
    return time;
  }

  /** How often a number has to be used in a product for it to pay to take it apart; measured. */
  int worth() {
    return worth;
  }

  /** What is multiplied, in this order. */
  List<Term> terms() {
    return terms;
  }

  /**
   * Writes the parts of lines of sixteen pairs of numbers, each pair as one whole number.
   *
   * <p>Flat, and too long to become part of another method: of a method with many more vector
   * operations than this one some would not be compiled in place, and box their vectors.
   *
   * @param at where the first numbers of the first line's pairs begin
   * @param apart how much further the second ones do
   * @param stride how much further the next line does
   * @param target where the first line's first parts go; those of the next line follow
   * @param next how much further the next parts go
   */
  abstract void split(
      float[] from, int at, int apart, int stride, int lines, int[] to, int target, int next);
}
