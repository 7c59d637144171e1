package recurve.backend.vector;

import java.util.List;
import recurve.ir.DType;
import recurve.ir.Op;

/**
 * Elementwise operations done in one pass over rows and columns, as a list in single assignment.
 *
 * <p>Says nothing of extents and strides, so one compiled kernel serves every binding, and equal
 * regions of different layers share it.
 *
 * @param slots where it reads and writes
 * @param exprs each refers to earlier ones by position
 * @param stores what leaves it
 */
record Region(List<Slot> slots, List<Expr> exprs, List<Store> stores) {
  Region {
    slots = List.copyOf(slots);
    exprs = List.copyOf(exprs);
    stores = List.copyOf(stores);
  }

  /** How a slot's address changes from column to column. */
  enum Across {
    /** By one: a vector at a time. */
    VARIES,
    /** Not at all: one number for the whole row. */
    STAYS
  }

  /**
   * Memory of a row.
   *
   * @param index no memory: the value of an element is its address
   */
  record Slot(DType dtype, Across across, boolean index) {}

  /** What a row computes. */
  sealed interface Expr {
    DType dtype();
  }

  record Load(int slot, DType dtype) implements Expr {}

  record Const(double value, DType dtype) implements Expr {}

  /** {@code op} is a Unary, Binary, Where or Cast. */
  record Apply(Op op, List<Integer> args, DType dtype) implements Expr {}

  /** What happens to a value along the row. */
  enum Fate {
    WRITTEN,
    SUMMED,
    /** The largest is kept. */
    MAXED
  }

  record Store(int expr, int slot, Fate fate) {}

  boolean reduces() {
    return stores.stream().anyMatch(s -> s.fate() != Fate.WRITTEN);
  }

  /** Whether generated code can do it: all but doubles, and quotients of integers. */
  boolean isVectorizable() {
    for (Slot s : slots) if (s.dtype() == DType.F64) return false;
    for (Expr e : exprs) {
      if (e.dtype() == DType.F64) return false;
      // a quotient of integers must be zero where it divides by zero
      if (e.dtype() == DType.I32 && e instanceof Apply a && a.op() == Op.Binary.DIV) return false;
    }
    return true;
  }

  static boolean isFloatSum(Apply a) {
    return a.op() == Op.Binary.ADD && a.dtype() == DType.F32;
  }

  static boolean isFloatProduct(Apply a) {
    return a.op() == Op.Binary.MUL && a.dtype() == DType.F32;
  }
}
