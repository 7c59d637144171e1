package recurve.backend.vector;

import java.util.List;
import java.util.Optional;
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

  /** Slots of a number and of an index: only where they are equal is anything but zero. */
  record Pick(int number, int index) {}

  /**
   * What the region's one sum picks out of a row, if it does: {@code sum(where(number == index, x,
   * 0))}, one element of x.
   */
  Optional<Pick> pick() {
    if (stores.size() != 1 || stores.get(0).fate() != Fate.SUMMED) return Optional.empty();
    if (!(exprs.get(stores.get(0).expr()) instanceof Apply(Op.Where w, List<Integer> of, DType t)
        && exprs.get(of.get(2)) instanceof Const(double other, DType d)
        && other == 0
        && exprs.get(of.get(0)) instanceof Apply equal
        && equal.op() == Op.Binary.EQUAL)) {
      return Optional.empty();
    }
    if (!(exprs.get(equal.args().get(0)) instanceof Load a
        && exprs.get(equal.args().get(1)) instanceof Load b)) {
      return Optional.empty();
    }
    Pick pick =
        slots.get(a.slot()).index() ? new Pick(b.slot(), a.slot()) : new Pick(a.slot(), b.slot());
    Slot number = slots.get(pick.number()), index = slots.get(pick.index());
    boolean picks =
        number.dtype() == DType.I32
            && !number.index()
            && number.across() == Across.STAYS
            && index.index()
            && index.across() == Across.VARIES;
    return picks ? Optional.of(pick) : Optional.empty();
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
