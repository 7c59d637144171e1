package recurve.backend.vector;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import recurve.ir.DType;

/**
 * Transposing copies of matrices, in squares of a vector's length that are turned in registers.
 *
 * <p>Element by element, a copy of 10,000 x 650 takes two to three times as long. The code for a
 * square is generated: by hand it would be another page for every length of vector.
 */
public final class Transposer {
  /** The side of a square. */
  static final int SIDE = Lanes.COUNT;

  /** Turns one square. */
  interface Square {
    /** {@code to[target + c * apart + r] = from[at + r * stride + c]}. */
    void run(float[] from, int at, int stride, float[] to, int target, int apart);
  }

  /** Constants of the generated code: what changes places with the lane so many further on. */
  static final class Swaps {
    static final VectorShuffle<Float> SWAP1 = swap(1), SWAP2 = swap(2), SWAP4 = swap(4);
    static final VectorShuffle<Float> SWAP8 = swap(8), SWAP16 = swap(16), SWAP32 = swap(32);
    static final VectorMask<Float> UPPER1 = upper(1), UPPER2 = upper(2), UPPER4 = upper(4);
    static final VectorMask<Float> UPPER8 = upper(8), UPPER16 = upper(16), UPPER32 = upper(32);

    private Swaps() {}

    private static VectorShuffle<Float> swap(int apart) {
      return VectorShuffle.fromOp(Lanes.FLOATS, lane -> (lane ^ apart) % SIDE);
    }

    private static VectorMask<Float> upper(int apart) {
      var upper = new boolean[SIDE];
      for (int lane = 0; lane < SIDE; lane++) upper[lane] = (lane & apart) != 0;
      return VectorMask.fromArray(Lanes.FLOATS, upper, 0);
    }
  }

  private static final String NAME = "Square";
  private static final MethodTypeDesc TYPE =
      MethodTypeDesc.of(CD_void, Emit.FLOATS, CD_int, CD_int, Emit.FLOATS, CD_int, CD_int);
  private static final int FROM = 1, AT = 2, STRIDE = 3, TO = 4, TARGET = 5, APART = 6, ROWS = 7;

  private static final Square SQUARE = Emit.define(Square.class, bytes());

  // elements from which on squares are worth their compilation
  private static final int LARGE = 4096;

  private Transposer() {}

  /**
   * {@code to[target + c * apart + r] = from[at + r * stride + c]} for all rows r and columns c.
   */
  public static void copy(
      float[] from, int at, int stride, int rows, int columns, float[] to, int target, int apart) {
    boolean large = (long) rows * columns >= LARGE;
    for (int c = 0; c < columns; c += SIDE) {
      int width = Math.min(SIDE, columns - c);
      for (int r = 0; r < rows; r += SIDE) {
        int height = Math.min(SIDE, rows - r);
        int source = at + r * stride + c, place = target + c * apart + r;
        if (large && width == SIDE && height == SIDE) {
          SQUARE.run(from, source, stride, to, place, apart);
        } else {
          plain(from, source, stride, height, width, to, place, apart);
        }
      }
    }
  }

  private static void plain(
      float[] from, int at, int stride, int rows, int columns, float[] to, int target, int apart) {
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows; r++) to[target + c * apart + r] = from[at + r * stride + c];
    }
  }

  /** The code for a square on a small one, for a {@link WarmUp}. */
  static Runnable cold() {
    float[] from = new float[SIDE * SIDE], to = from.clone();
    return () -> SQUARE.run(from, 0, SIDE, to, 0, SIDE);
  }

  /** The generated class, by name. */
  static Map<String, byte[]> classes() {
    return Map.of(NAME, bytes());
  }

  private static byte[] bytes() {
    var method = new Emit.Method(TYPE, false, Transposer::body);
    return Emit.bytes(Square.class, NAME, Map.of("run", method));
  }

  /**
   * Of each pair of rows whose numbers differ in one bit, the upper half of one and the lower half
   * of the other change places, halves being lanes that differ in that bit; after all bits row and
   * lane have changed places.
   */
  private static void body(CodeBuilder code) {
    for (int r = 0; r < SIDE; r++) {
      Emit.species(code).aload(FROM).iload(AT).loadConstant(r).iload(STRIDE).imul().iadd();
      Emit.load(code).astore(ROWS + r);
    }
    for (int bit = 1; bit < SIDE; bit *= 2) {
      for (int r = 0; r < SIDE; r++) {
        if ((r & bit) == 0) exchange(code, ROWS + r, ROWS + r + bit, bit);
      }
    }
    for (int r = 0; r < SIDE; r++) {
      code.aload(ROWS + r).aload(TO).iload(TARGET).loadConstant(r).iload(APART).imul().iadd();
      Emit.store(code);
    }
    code.return_();
  }

  private static void exchange(CodeBuilder code, int low, int high, int bit) {
    var swaps = Swaps.class.describeConstable().orElseThrow();
    code.aload(low).aload(high).getstatic(swaps, "SWAP" + bit, Emit.SHUFFLE);
    Emit.rearrange(code).getstatic(swaps, "UPPER" + bit, Emit.MASK);
    Emit.blend(code, DType.F32);
    code.aload(low).getstatic(swaps, "SWAP" + bit, Emit.SHUFFLE);
    Emit.rearrange(code).aload(high).getstatic(swaps, "UPPER" + bit, Emit.MASK);
    Emit.blend(code, DType.F32).astore(high).astore(low);
  }
}
