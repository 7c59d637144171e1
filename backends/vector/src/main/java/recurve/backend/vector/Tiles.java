package recurve.backend.vector;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Generates a micro-kernel for every height of tile.
 *
 * <p>Written by hand each would be the same page of code with other numbers; and masks or branches
 * in one general kernel make the compiler refuse to inline its vector calls. The kernels are flat
 * and free of branches but for the loop over panels, and in it the one over k, which takes {@link
 * #STEP} at a time.
 *
 * <p>What counts is how many instructions there are for each multiply-add: where the core's other
 * thread is busy, as on most rented machines, only half of the six that can be issued in a cycle
 * are ours. Here they are 1.9; with 2.2 a product takes a seventh longer. Around the loop over k
 * they are mostly checks of array bounds, two for each place of an array that the loop's body
 * names. Those of a stand before the loop over panels; a kernel of one panel, which had them all
 * each time, took a quarter longer for a depth of 100.
 */
final class Tiles {
  /** The tallest tile: of 16 registers two for each row, two for a row of b, one of a. */
  static final int HEIGHT = Lanes.COUNT >= 16 ? 10 : 6;

  /**
   * How far apart the rows of a lie: a constant of the code, so that one index leads to all of them
   * and few instructions are no multiply-add (up to 17 % of a product's time, the more the busier
   * the core's other thread).
   */
  static final int STRIDE = Panels.DEEPEST;

  /** How many k are taken at a time: depths are filled up with zeros to a multiple of it. */
  static final int STEP = 4;

  private static final ClassDesc FENCES = ClassDesc.of("java.lang.invoke.VarHandle");
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          CD_void,
          CD_int,
          Emit.FLOATS,
          CD_int,
          Emit.FLOATS,
          CD_int,
          CD_int,
          Emit.FLOATS,
          CD_int,
          CD_int);

  // arguments, then locals; slot 0 is this
  private static final int DEPTH = 1, A = 2, AO = 3, B = 4, BO = 5, PANELS = 6, C = 7, CO = 8;
  private static final int LDC = 9, AT = 10, END = 11, APART = 12, SUMS = 13;

  private final Tile[] fresh = new Tile[HEIGHT + 1];
  private final Tile[] adding = new Tile[HEIGHT + 1];

  Tiles() {
    for (int rows = 1; rows <= HEIGHT; rows++) {
      fresh[rows] = generate(rows, false);
      adding[rows] = generate(rows, true);
    }
  }

  /** The kernel for so many rows that sets c, or adds to it. */
  Tile of(int rows, boolean add) {
    return add ? adding[rows] : fresh[rows];
  }

  /** The kernels' class files, by name. */
  static Map<String, byte[]> classes() {
    var classes = new LinkedHashMap<String, byte[]>();
    for (int rows = 1; rows <= HEIGHT; rows++) {
      classes.put(name(rows, false), bytes(rows, false));
      classes.put(name(rows, true), bytes(rows, true));
    }
    return classes;
  }

  private static String name(int rows, boolean add) {
    return (add ? "TileAdd" : "Tile") + rows;
  }

  private static byte[] bytes(int rows, boolean add) {
    var method = new Emit.Method(RUN, false, code -> body(code, rows, add));
    return Emit.bytes(Tile.class, name(rows, add), Map.of("run", method));
  }

  private static Tile generate(int rows, boolean add) {
    return Emit.define(Tile.class, bytes(rows, add));
  }

  private static void body(CodeBuilder code, int rows, boolean add) {
    Label panel = code.newLabel(), done = code.newLabel();
    code.iload(AO).iload(DEPTH).iadd().istore(END);
    code.labelBinding(panel).iload(PANELS).ifle(done);
    panel(code, rows, add);
    code.iload(BO).iload(DEPTH).loadConstant(Panels.WIDTH).imul().iadd().istore(BO);
    code.iinc(CO, Panels.WIDTH).iinc(PANELS, -1).goto_(panel);
    code.labelBinding(done).return_();
  }

  private static void panel(CodeBuilder code, int rows, boolean add) {
    for (int r = 0; r < rows; r++) {
      for (int half = 0; half < 2; half++) {
        Emit.species(code);
        if (add) {
          place(code, r, half);
          Emit.load(code);
        } else {
          code.loadConstant(0f);
          Emit.broadcast(code);
        }
        code.astore(sum(r, half));
      }
    }
    depth(code, rows);
    for (int r = 0; r < rows; r++) {
      for (int half = 0; half < 2; half++) {
        code.aload(sum(r, half));
        place(code, r, half);
        Emit.store(code);
      }
    }
  }

  // the locals: two sums for each row, two vectors of b, a number of a
  private static int sum(int row, int half) {
    return SUMS + 2 * row + half;
  }

  private static int right(int rows, int half) {
    return SUMS + 2 * rows + half;
  }

  private static int scalar(int rows) {
    return SUMS + 2 * rows + 2;
  }

  /**
   * The loop over k. What counts is the place in a, and b's follows from it: an offset of its own
   * for either costs a register, of which the compiler has none left and moves one to and fro.
   */
  private static void depth(CodeBuilder code, int rows) {
    code.iload(BO).iload(AO).loadConstant(Panels.WIDTH).imul().isub().istore(APART);
    code.iload(AO).istore(AT);
    Label loop = code.newLabel(), done = code.newLabel();
    code.labelBinding(loop).iload(AT).iload(END).if_icmpge(done);
    for (int ahead = 0; ahead < STEP; ahead++) {
      if (ahead > 0) fence(code);
      step(code, rows, ahead);
    }
    code.iinc(AT, STEP).goto_(loop).labelBinding(done);
  }

  /** All that is done with one k. */
  private static void step(CodeBuilder code, int rows, int ahead) {
    for (int half = 0; half < 2; half++) {
      Emit.species(code).aload(B).iload(APART).iload(AT).loadConstant(Panels.WIDTH).imul().iadd();
      code.loadConstant(ahead * Panels.WIDTH + half * Lanes.COUNT).iadd();
      Emit.load(code);
      code.astore(right(rows, half));
    }
    for (int r = 0; r < rows; r++) {
      if (r > 0) fence(code);
      Emit.species(code).aload(A).iload(AT).loadConstant(r * STRIDE + ahead).iadd().faload();
      Emit.broadcast(code);
      code.astore(scalar(rows));
      for (int half = 0; half < 2; half++) {
        code.aload(scalar(rows)).aload(right(rows, half)).aload(sum(r, half));
        Emit.fma(code);
        code.astore(sum(r, half));
      }
    }
  }

  /**
   * No load passes a fence, so the compiler loads what the next row wants after it has loaded what
   * this one does. Left free, it loads all first, runs out of registers and keeps sums in memory:
   * half as fast. This fence is no instruction of the processor.
   */
  private static void fence(CodeBuilder code) {
    code.invokestatic(FENCES, "acquireFence", MethodTypeDesc.of(CD_void));
  }

  private static void place(CodeBuilder code, int row, int half) {
    code.aload(C).iload(CO).loadConstant(row).iload(LDC).imul().iadd();
    code.loadConstant(half * Lanes.COUNT).iadd();
  }
}
