package recurve.backend.vector;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.util.function.IntConsumer;

/**
 * Truth values between memory and masks, in generated code: a vector of them at once, those of a
 * row's rest one by one, as no masked access of bytes is quick on every processor.
 *
 * <p>Arrays, places and columns are named by their locals.
 */
final class Truths {
  private final CodeBuilder code;

  Truths(CodeBuilder code) {
    this.code = code;
  }

  /** Leaves the mask of a row's one value. */
  void loadOne(int array, int place) {
    Emit.species(code).aload(array).iload(place).baload();
    Emit.maskAll(code);
  }

  /** Leaves the mask of a vector's values. */
  void load(int array, int place, int column) {
    Emit.species(code).aload(array).iload(place).iload(column).iadd();
    Emit.loadMask(code);
  }

  /** Takes a mask, and writes a vector's values. */
  void store(int array, int place, int column) {
    code.aload(array).iload(place).iload(column).iadd();
    Emit.storeMask(code);
  }

  /** Leaves the mask of the columns from one up to another, fewer than a vector has. */
  void loadRest(int array, int place, int from, int to) {
    int bits = code.allocateLocal(TypeKind.LONG);
    code.loadConstant(0L).lstore(bits);
    each(
        from,
        to,
        column -> {
          code.aload(array).iload(place).iload(column).iadd().baload().i2l();
          code.iload(column).iload(from).isub().lshl().lload(bits).lor().lstore(bits);
        });
    Emit.fromBits(Emit.species(code).lload(bits));
  }

  /** Takes a mask, and writes the columns from one up to another. */
  void storeRest(int array, int place, int from, int to) {
    int bits = code.allocateLocal(TypeKind.LONG);
    Emit.toBits(code).lstore(bits);
    each(
        from,
        to,
        column -> {
          code.aload(array).iload(place).iload(column).iadd();
          code.lload(bits).iload(column).iload(from).isub().lushr().l2i();
          code.loadConstant(1).iand().bastore();
        });
  }

  /** A loop over columns; the body is given the local of the column. */
  private void each(int from, int to, IntConsumer body) {
    int column = code.allocateLocal(TypeKind.INT);
    Label next = code.newLabel(), done = code.newLabel();
    code.iload(from).istore(column);
    code.labelBinding(next).iload(column).iload(to).if_icmpge(done);
    body.accept(column);
    code.iinc(column, 1).goto_(next).labelBinding(done);
  }
}
