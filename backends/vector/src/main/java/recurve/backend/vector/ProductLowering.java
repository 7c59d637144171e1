package recurve.backend.vector;

import static recurve.backend.vector.Lowering.reshaped;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Node;
import recurve.ir.Value;

/**
 * Turns the matrix products of a block into instructions: which way of computing one pays depends
 * on its extents, and on how often its right side is used.
 */
final class ProductLowering {
  private static final int FEW_ROWS = 4;
  // Floats of packed weights that a loop reads in every step from farther than the last cache,
  private static final int LARGE = 6 << 20;

  // and from farther than a core's own, where that is a large one: then threads do better to take
  // each its part of the weights for all rows. Not measured where it is small.
  private static final int FAR = Lanes.WIDE ? 1 << 19 : LARGE;

  private final Lowering lowering;
  private final Context context;
  private final Optional<ProductLowering> outer;
  private final Map<View, View> packed = new HashMap<>();
  private final Optional<GemmLowering> gemm;

  /** Begins a block; what stays what it is in all of its trips is packed by the one around. */
  ProductLowering(Lowering lowering, Optional<ProductLowering> outer) {
    this.lowering = lowering;
    this.context = lowering.context();
    this.outer = outer;
    this.gemm = context.gemm().map(g -> new GemmLowering(g, lowering, outer.flatMap(o -> o.gemm)));
  }

  /** What calls a native library, if one does the large products. */
  Optional<GemmLowering> gemm() {
    return gemm;
  }

  /** Emits what computes a product. */
  void lower(Node n) {
    Value v = n.output();
    View a = lowering.inMemory(lowering.place(n.input(0)));
    View b = lowering.inMemory(lowering.place(n.input(1)));
    int[] d = context.dims(v);
    int depthOfSum = a.dim(-1);
    if (depthOfSum == 0 || View.size(d) == 0) {
      View zero = lowering.inPlace(v);
      lowering.emit(new Copy(View.constant(v.dtype(), 0, d), zero));
      lowering.placed(v, zero);
      return;
    }
    boolean matrix = b.rank() == 2;
    if (v.dtype() == DType.F32 && matrix && lowering.isStill(b)) {
      // few rows read the right side once, as it lies; packing it would read it twice
      boolean few = lowering.trips() * View.size(d) / d[d.length - 1] <= FEW_ROWS;
      if (few) lowering.write(a);
      if (few && directProduct(v, a, b)) return;
      if (gemm.isPresent() && gemm.get().suits(a, b)) {
        lowering.write(a);
        lowering.write(b);
        gemm.get().lower(v, a, b);
      } else {
        packedProduct(v, a, b);
      }
      return;
    }
    lowering.write(a);
    lowering.write(b);
    if (matrix && a.rank() > 2) b = b.expandLeading(Arrays.copyOf(a.dims(), a.rank() - 2));
    View to = lowering.destination(v);
    lowering.emit(new BatchProduct(context.products(), a, b, to));
    lowering.give(v, to);
  }

  /** A product of few rows, if its sides can be read as they lie. */
  private boolean directProduct(Value v, View a, View b) {
    int[] d = context.dims(v);
    int rows = View.size(d) / d[d.length - 1];
    View to = lowering.inPlace(v);
    Optional<View> left = a.reshape(new int[] {rows, a.dim(-1)});
    Optional<Prepared> weights = context.prepared().filter(p -> p.isWeight(b));
    if (left.isPresent() && weights.isPresent()) {
      boolean straight = left.get().dim(1) == 1 || left.get().stride(1) == 1;
      View x = straight ? left.get() : lowering.copied(left.get());
      lowering.emit(
          new StreamProduct(x, weights.get().streamed(b), reshaped(to, rows, d[d.length - 1])));
      lowering.placed(v, to);
      return true;
    }
    if (left.isEmpty() || !DirectProduct.suits(left.get(), b)) return false;
    lowering.write(b);
    lowering.emit(new DirectProduct(left.get(), b, reshaped(to, rows, d[d.length - 1])));
    lowering.placed(v, to);
    return true;
  }

  /** A product of floats whose right side is one matrix for all rows, in panels. */
  private void packedProduct(Value v, View a, View b) {
    int[] d = context.dims(v);
    int depthOfSum = b.dim(0), columns = b.dim(1);
    boolean kept = context.prepared().filter(p -> p.isWeight(b)).isPresent();
    boolean once = lowering.depth() == 0 && !kept && !packed.containsKey(b);
    boolean wide = once && WideProduct.suits(depthOfSum, columns, context.workers());
    View left = wide ? flat(a, columns) : rows(a);
    int[] shape =
        wide ? new int[] {left.dim(0), columns} : new int[] {left.dim(0), left.dim(1), columns};
    View wished = lowering.destination(v);
    boolean inner = wished.dim(-1) == 1 || wished.stride(-1) == 1;
    boolean fits = inner && wished.reshape(shape).isPresent();
    View to = fits ? wished : lowering.fresh(v.dtype(), d);
    View result = reshaped(to, shape);
    if (wide) {
      lowering.emit(
          new WideProduct(context.products(), left, lowering.side(b), result, context.workers()));
    } else {
      View panels = packed(b);
      boolean few = left.dim(0) < context.workers();
      // rows that have ended are left out only where threads take rows
      int far = lowering.isRagged() ? LARGE : FAR;
      boolean large = lowering.depth() > 0 && panels.size() > far && context.workers() > 1;
      lowering.emit(
          few || large
              ? new PanelProduct(
                  context.products(), left, panels, result, large ? lowering.depth() : 0)
              : new Product(context.products(), left, panels, result));
    }
    lowering.placed(v, to);
  }

  /**
   * The left side of a wide product as [rows, depth]; if that pays, laid out for the kernels, with
   * a depth filled up with zeros.
   */
  private View flat(View a, int columns) {
    int k = a.dim(-1), all = a.size() / k, filled = Panels.filled(k);
    Optional<View> flat = a.reshape(new int[] {all, k});
    if (flat.isEmpty() || !WideProduct.laysOften(filled, columns, context.workers())) {
      return reshaped(rows(a), all, k);
    }
    View laid = lowering.fresh(a.dtype(), new int[] {all, Tiles.STRIDE});
    for (Side.Part p : lowering.side(flat.get()).parts()) {
      int row = p.row(), column = p.column();
      View to = laid.slice(0, row, row + p.view().dim(0));
      lowering.emit(new Copy(p.view(), to.slice(1, column, column + p.view().dim(1))));
    }
    if (filled > k) {
      View end = laid.slice(1, k, filled);
      lowering.emit(new Copy(View.constant(a.dtype(), 0, end.dims()), end));
    }
    return laid.slice(1, 0, filled);
  }

  /** The left side as [units, rows of a unit, depth] with its last axis contiguous. */
  private View rows(View a) {
    lowering.write(a);
    View v = a.dim(-1) == 1 || a.stride(-1) == 1 ? a : lowering.copied(a);
    int all = View.size(Arrays.copyOf(v.dims(), v.rank() - 1)), k = v.dim(-1);
    boolean byRow = lowering.depth() > 0 && v.rank() > 2;
    int[] shape = byRow ? new int[] {v.dim(0), all / v.dim(0), k} : new int[] {all, 1, k};
    return v.reshape(shape).orElseGet(() -> reshaped(lowering.copied(v), shape));
  }

  /** The right side in panels; packed once, outside of the loops in which it does not change. */
  private View packed(View b) {
    Optional<Prepared> weights = context.prepared().filter(p -> p.isWeight(b));
    if (weights.isPresent()) return weights.get().packed(b);
    if (outer.isPresent() && lowering.isStill(b)) return outer.get().packed(b);
    return packed.computeIfAbsent(
        b,
        k -> {
          View target = Pack.target(k);
          lowering.emit(new Pack(lowering.side(k), target));
          return target;
        });
  }
}
