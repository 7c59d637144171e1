package recurve.backend.vector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import recurve.ir.DType;
import recurve.ir.Op;
import recurve.ir.Value;

/** Collects one region: expressions, the views they read, and the views that are written. */
final class RegionBuilder {
  private record Output(int expr, View view, Region.Fate fate) {}

  private final Function<Value, View> views;
  private final Predicate<Value> inline;
  private final List<Region.Expr> exprs = new ArrayList<>();
  private final Map<Region.Expr, Integer> numbers = new HashMap<>();
  private final Map<Value, Integer> done = new HashMap<>();
  private final List<View> loads = new ArrayList<>();
  private final List<Output> outputs = new ArrayList<>();

  /**
   * Starts a region.
   *
   * @param views where a value that is read lies
   * @param inline whether a value is computed here
   */
  RegionBuilder(Function<Value, View> views, Predicate<Value> inline) {
    this.views = views;
    this.inline = inline;
  }

  /** Writes a value. */
  void write(Value v, View to) {
    outputs.add(new Output(compute(v), to, Region.Fate.WRITTEN));
  }

  /** Writes the reduction of a value along the last axis. */
  void reduce(Value v, View to) {
    Value arg = v.node().input(0);
    int expr = inline.test(arg) ? compute(arg) : read(arg);
    boolean sum = v.op() instanceof Op.ReduceSum;
    outputs.add(new Output(expr, to, sum ? Region.Fate.SUMMED : Region.Fate.MAXED));
  }

  private int compute(Value v) {
    Integer known = done.get(v);
    if (known != null) return known;
    var args = new ArrayList<Integer>();
    for (Value arg : v.node().inputs()) args.add(inline.test(arg) ? compute(arg) : read(arg));
    int expr =
        v.op() == Op.Unary.STOP_GRADIENT
            ? args.get(0)
            : number(new Region.Apply(v.op(), args, v.dtype()));
    done.put(v, expr);
    return expr;
  }

  private int read(Value v) {
    Integer known = done.get(v);
    if (known != null) return known;
    View view = views.apply(v);
    int expr;
    if (view.buffer().kind == Buffer.Kind.CONSTANT) {
      expr = number(new Region.Const(view.buffer().number, v.dtype()));
    } else {
      loads.add(view);
      expr = number(new Region.Load(loads.size() - 1, v.dtype()));
    }
    done.put(v, expr);
    return expr;
  }

  private int number(Region.Expr e) {
    Integer known = numbers.get(e);
    if (known != null) return known;
    exprs.add(e);
    numbers.put(e, exprs.size() - 1);
    return exprs.size() - 1;
  }

  /**
   * The instruction.
   *
   * @param dims the extents of the space it runs over
   * @param byRow whether shares must be cut along the leading axis
   * @param straight makes a copy of a view whose last axis has other strides than 0 and 1
   */
  Elementwise build(int[] dims, boolean byRow, Context context, Function<View, View> straight) {
    boolean reduces = outputs.stream().anyMatch(o -> o.fate() != Region.Fate.WRITTEN);
    var operands = new ArrayList<Elementwise.Operand>();
    for (View v : loads) operands.add(new Elementwise.Operand(v, false));
    for (Output o : outputs) {
      View v = o.fate() == Region.Fate.WRITTEN ? o.view() : o.view().expand(dims);
      operands.add(new Elementwise.Operand(v, true));
    }
    Layout layout = layout(dims, operands, byRow, reduces);
    for (int s = 0; s < operands.size(); s++) {
      View v = operands.get(s).view();
      int across = layout.across(v);
      if (across != 0 && across != 1) {
        if (operands.get(s).writes()) {
          throw new IllegalStateException("a region writes with a step of " + across);
        }
        operands.set(s, new Elementwise.Operand(straight.apply(v), false));
      }
    }
    Layout last = layout(dims, operands, byRow, reduces);
    var slots = new ArrayList<Region.Slot>();
    for (Elementwise.Operand o : operands) {
      DType type = o.view().dtype();
      boolean varies = last.across(o.view()) == 1;
      var across = varies ? Region.Across.VARIES : Region.Across.STAYS;
      slots.add(new Region.Slot(type, across, o.view().buffer().kind == Buffer.Kind.INDEX));
    }
    var stores = new ArrayList<Region.Store>();
    for (Output o : outputs) {
      stores.add(new Region.Store(o.expr(), loads.size() + stores.size(), o.fate()));
    }
    Kernel kernel = context.kernels().of(new Region(slots, exprs, stores));
    return new Elementwise(kernel, operands, last, context.workers());
  }

  private static Layout layout(
      int[] dims, List<Elementwise.Operand> operands, boolean byRow, boolean reduces) {
    List<View> all = operands.stream().map(Elementwise.Operand::view).toList();
    return Layout.of(dims, all, byRow, reduces);
  }
}
