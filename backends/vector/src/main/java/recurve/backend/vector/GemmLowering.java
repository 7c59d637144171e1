package recurve.backend.vector;

import static recurve.backend.vector.Lowering.reshaped;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Value;

/**
 * Turns products of a block into calls of a native library.
 *
 * <p>Both sides are copied out of the heap, once for all products of the block that read them; what
 * stays what it is in all trips of a loop is copied, and packed, outside of it.
 */
final class GemmLowering {
  private final Gemm gemm;
  private final Lowering lowering;
  private final Optional<GemmLowering> outer;
  private final Map<Object, View> copies = new HashMap<>();
  private final Map<View, GemmSide> sides = new HashMap<>();
  private final Map<View, View> packed = new HashMap<>();

  GemmLowering(Gemm gemm, Lowering lowering, Optional<GemmLowering> outer) {
    this.gemm = gemm;
    this.lowering = lowering;
    this.outer = outer;
  }

  /** Whether a product is worth a call. */
  boolean suits(int rows, View b) {
    return (long) rows * b.size() >= gemm.least();
  }

  /** Emits a product of floats whose right side is one matrix for all rows. */
  void lower(Value v, View a, View b) {
    int[] d = lowering.context().dims(v);
    int depth = b.dim(0), columns = b.dim(1), rows = View.size(d) / columns;
    int[] flat = {rows, depth};
    View left = outside(a.reshape(flat).orElseGet(() -> reshaped(lowering.copied(a), flat)), true);
    int[] shape = {rows, columns};
    View wished = lowering.destination(v);
    boolean inner = wished.dim(-1) == 1 || wished.stride(-1) == 1;
    View to = inner && wished.reshape(shape).isPresent() ? wished : lowering.fresh(v.dtype(), d);
    Optional<Prepared> prepared = lowering.context().prepared().filter(p -> p.isWeight(b));
    GemmLowering from = prepared.flatMap(Prepared::gemm).orElse(this);
    View right = prepared.map(p -> p.rounded(b)).orElse(b);
    boolean once = lowering.depth() == 0 && from == this && !packed.containsKey(b);
    Optional<View> chunks = once ? Optional.empty() : Optional.of(from.packed(right));
    lowering.emit(new GemmProduct(gemm, left, from.side(right), chunks, reshaped(to, shape)));
    lowering.placed(v, to);
  }

  /** Where what is still outside of a loop is dealt with. */
  private GemmLowering home(View matrix) {
    return outer.filter(o -> lowering.isStill(matrix)).map(o -> o.home(matrix)).orElse(this);
  }

  private GemmSide side(View b) {
    GemmLowering home = home(b);
    if (home != this) return home.side(b);
    return sides.computeIfAbsent(b, k -> new GemmSide(gemm, outside(k, false)));
  }

  private View packed(View b) {
    GemmLowering home = home(b);
    if (home != this) return home.packed(b);
    GemmSide side = side(b);
    return packed.computeIfAbsent(
        b,
        k -> {
          long bytes = side.chunks() * side.bytes();
          View target = lowering.outside(bytes);
          lowering.emit(new GemmPack(side, target));
          return target;
        });
  }

  /**
   * A matrix of floats outside of the heap.
   *
   * @param byRow whether its rows must be contiguous; else its columns may be
   */
  private View outside(View m, boolean byRow) {
    GemmLowering home = home(m);
    if (home != this) return home.outside(m, byRow);
    if (m.dim(1) == 1 || m.stride(1) == 1) return copied(m);
    if (!byRow && (m.dim(0) == 1 || m.stride(0) == 1)) return turned(copied(turned(m)));
    return copied(lowering.copied(m));
  }

  private static View turned(View m) {
    return m.transpose(List.of(1, 0));
  }

  private View copied(View m) {
    return copies.computeIfAbsent(
        m.key(),
        k -> {
          View whole = lowering.outside((long) m.size() * gemm.numbers().bytes());
          int[] d = m.dims();
          var to = new View(whole.buffer(), 0, d, View.rowMajor(d), whole.loops());
          lowering.emit(new Outward(m, to, gemm.numbers()));
          return to;
        });
  }
}
