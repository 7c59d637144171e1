package recurve.backend.vector;

import static recurve.backend.vector.Lowering.reshaped;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Value;

/**
 * Turns products of a block into calls of a {@link Gemm}.
 *
 * <p>A left side is laid out once for all products of the block that read it; what stays what it is
 * in all trips of a loop is laid out, or packed, outside of it.
 */
final class GemmLowering {
  // Of a thread in a loop, for less than half a tile of which it would go past all columns: then
  // threads share the columns of all rows. Reckoned so for tiles of 16 rows; not measured.
  private static final int FEW_ROWS = 8;

  private final Gemm gemm;
  private final Lowering lowering;
  private final Optional<GemmLowering> outer;
  private final Map<Object, View> lefts = new HashMap<>();
  private final Map<View, GemmSide> sides = new HashMap<>();
  private final Map<View, View> packed = new HashMap<>();

  GemmLowering(Gemm gemm, Lowering lowering, Optional<GemmLowering> outer) {
    this.gemm = gemm;
    this.lowering = lowering;
    this.outer = outer;
  }

  /** Whether a product is worth a call; whatever the number of threads, which changes no sum. */
  boolean suits(View a, View b) {
    return isByRow(a, b) || gemm.suits(a.size() / b.dim(0), b.dim(0), b.dim(1));
  }

  /** Whether it is a product of a loop's step that threads may do some rows of. */
  private boolean isByRow(View a, View b) {
    return lowering.depth() > 0 && a.rank() == 2 && gemm.suitsRows(a.dim(0), b.dim(0), b.dim(1));
  }

  /** Emits a product of floats whose right side is one matrix for all rows. */
  void lower(Value v, View a, View b) {
    int[] d = lowering.context().dims(v);
    int depth = b.dim(0), columns = b.dim(1), rows = View.size(d) / columns;
    int[] flat = {rows, depth}, shape = {rows, columns};
    View left = a.reshape(flat).orElseGet(() -> reshaped(lowering.copied(a), flat));
    View wished = lowering.destination(v);
    boolean inner = wished.dim(-1) == 1 || wished.stride(-1) == 1;
    View to = inner && wished.reshape(shape).isPresent() ? wished : lowering.fresh(v.dtype(), d);
    View result = reshaped(to, shape);
    Optional<Prepared> prepared = lowering.context().prepared().filter(p -> p.isWeight(b));
    GemmLowering from = prepared.flatMap(Prepared::gemm).orElse(this);
    View right = prepared.map(p -> p.rounded(b)).orElse(b);
    if (isByRow(a, b) && rows > FEW_ROWS * lowering.context().workers()) {
      View lines = byRow(left), chunks = from.packed(right);
      lowering.emit(new GemmRows(gemm, lines, from.side(right), chunks, result));
    } else {
      boolean once = lowering.depth() == 0 && from == this && !packed.containsKey(b);
      Optional<View> chunks = once ? Optional.empty() : Optional.of(from.packed(right));
      View laid = laid(left);
      lowering.emit(new GemmProduct(gemm, left, laid, from.side(right), chunks, result));
    }
    lowering.placed(v, to);
  }

  /** Where what is still outside of a loop is dealt with. */
  private GemmLowering home(View matrix) {
    return outer.filter(o -> lowering.isStill(matrix)).map(o -> o.home(matrix)).orElse(this);
  }

  private GemmSide side(View b) {
    GemmLowering home = home(b);
    if (home != this) return home.side(b);
    return sides.computeIfAbsent(b, k -> new GemmSide(gemm, contiguous(k)));
  }

  private View packed(View b) {
    GemmLowering home = home(b);
    if (home != this) return home.packed(b);
    GemmSide side = side(b);
    return packed.computeIfAbsent(
        b,
        k -> {
          long bytes = (long) side.chunks() * side.blocks() * side.bytes();
          View target = lowering.outside(bytes, gemm);
          lowering.emit(new GemmPack(side, target));
          return target;
        });
  }

  /** A matrix whose rows or columns are contiguous. */
  private View contiguous(View m) {
    return m.dim(0) == 1 || m.stride(0) == 1 ? m : byRow(m);
  }

  /** A matrix whose rows are contiguous. */
  private View byRow(View m) {
    GemmLowering home = home(m);
    if (home != this) return home.byRow(m);
    return m.dim(1) == 1 || m.stride(1) == 1 ? m : lowering.copied(m);
  }

  /** A left side as kernels want it. */
  private View laid(View m) {
    GemmLowering home = home(m);
    if (home != this) return home.laid(m);
    return lefts.computeIfAbsent(
        m.key(),
        k -> {
          Gemm.Left left = gemm.left(m.dim(0), m.dim(1));
          View from = byRow(m), to = lowering.outside(left.bytes(), gemm);
          lowering.emit(new GemmLeft(left, from, to));
          return to;
        });
  }
}
