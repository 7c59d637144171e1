package recurve.backend.vector;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;

/**
 * Generates a micro-kernel for every height of tile.
 *
 * <p>Written by hand each would be the same page of code with other numbers; and masks or branches
 * in one general kernel make the compiler refuse to inline its vector calls. The kernels are flat
 * and free of branches but for the loop over k.
 */
final class Tiles {
  /** The tallest tile: with two vectors a row, its accumulators fill the registers. */
  static final int HEIGHT = Lanes.COUNT >= 16 ? 12 : 6;

  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          CD_void,
          CD_int,
          Emit.FLOATS,
          CD_int,
          CD_int,
          Emit.FLOATS,
          CD_int,
          Emit.FLOATS,
          CD_int,
          CD_int);

  // arguments, then locals; slot 0 is this
  private static final int DEPTH = 1, A = 2, AO = 3, LDA = 4, B = 5, BO = 6, C = 7, CO = 8, LDC = 9;
  private static final int END = 10, ROW = 11;

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

  private static Tile generate(int rows, boolean add) {
    String name = (add ? "TileAdd" : "Tile") + rows;
    var method = new Emit.Method(RUN, false, code -> body(code, rows, add));
    return Emit.define(Tile.class, name, Map.of("run", method));
  }

  private static void body(CodeBuilder code, int rows, boolean add) {
    int acc = ROW + rows; // two vectors for each row
    int left = acc + 2 * rows, right = left + 1, scalar = right + 1;
    for (int r = 0; r < rows; r++) {
      code.iload(AO).loadConstant(r).iload(LDA).imul().iadd().istore(ROW + r);
    }
    for (int r = 0; r < rows; r++) {
      for (int half = 0; half < 2; half++) {
        if (add) {
          address(code, r, half);
          Emit.load(code);
        } else {
          Emit.species(code).loadConstant(0f);
          Emit.broadcast(code);
        }
        code.astore(acc + 2 * r + half);
      }
    }
    Label loop = code.newLabel(), done = code.newLabel();
    // k counts from zero by one: the shape of loop whose range checks leave the body
    int k = END;
    code.loadConstant(0).istore(k);
    code.labelBinding(loop).iload(k).iload(DEPTH).if_icmpge(done);
    for (int half = 0; half < 2; half++) {
      Emit.species(code).aload(B).iload(BO).iload(k).loadConstant(Panels.WIDTH).imul().iadd();
      code.loadConstant(half * Lanes.COUNT).iadd();
      Emit.load(code);
      code.astore(half == 0 ? left : right);
    }
    for (int r = 0; r < rows; r++) {
      Emit.species(code).aload(A).iload(ROW + r).iload(k).iadd().faload();
      Emit.broadcast(code);
      code.astore(scalar);
      for (int half = 0; half < 2; half++) {
        int sum = acc + 2 * r + half;
        code.aload(scalar).aload(half == 0 ? left : right).aload(sum);
        Emit.fma(code);
        code.astore(sum);
      }
    }
    code.iinc(k, 1).goto_(loop).labelBinding(done);
    for (int r = 0; r < rows; r++) {
      for (int half = 0; half < 2; half++) {
        code.aload(acc + 2 * r + half);
        place(code, r, half);
        Emit.store(code);
      }
    }
    code.return_();
  }

  private static void address(CodeBuilder code, int row, int half) {
    Emit.species(code);
    place(code, row, half);
  }

  private static void place(CodeBuilder code, int row, int half) {
    code.aload(C).iload(CO).loadConstant(row).iload(LDC).imul().iadd();
    code.loadConstant(half * Lanes.COUNT).iadd();
  }
}
