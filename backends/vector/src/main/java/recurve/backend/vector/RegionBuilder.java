package recurve.backend.vector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import recurve.ir.Op;
import recurve.ir.Value;

/** Collects one region: expressions, the views they read, and the views that are written. */
final class RegionBuilder {
  private static final int CHUNK = 16384;

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

  /** A slot of the region and the view that it stands for. */
  private record Operand(View view, boolean writes) {}

  /**
   * The instructions: one, or two for a reduction of so few and long rows that each is cut.
   *
   * @param dims the extents of the space it runs over
   * @param byRow whether shares must be cut along the leading axis
   * @param straight makes a copy of a view whose last axis has other strides than 0 and 1
   */
  List<Instruction> build(
      int[] dims, boolean byRow, Context context, UnaryOperator<View> straight) {
    boolean reduces = outputs.stream().anyMatch(o -> o.fate() != Region.Fate.WRITTEN);
    var operands = new ArrayList<Operand>();
    for (View v : loads) operands.add(new Operand(v, false));
    for (Output o : outputs) {
      View v = o.fate() == Region.Fate.WRITTEN ? o.view() : o.view().expand(dims);
      operands.add(new Operand(v, true));
    }
    Layout first = layout(dims, operands, byRow, reduces);
    for (int s = 0; s < operands.size(); s++) {
      View v = operands.get(s).view();
      int across = first.across(v);
      if (across == 0 || across == 1) continue;
      if (operands.get(s).writes()) {
        throw new IllegalStateException("a region writes with a step of " + across);
      }
      operands.set(s, new Operand(straight.apply(v), false));
    }
    Layout layout = layout(dims, operands, byRow, reduces);
    Kernel kernel = context.kernels().of(region(operands, layout));
    var views = new ArrayList<View>();
    boolean[] writes = new boolean[operands.size()];
    for (int s = 0; s < writes.length; s++) {
      views.add(layout.view(operands.get(s).view()));
      writes[s] = operands.get(s).writes();
    }
    int[] extents = layout.extents();
    boolean single = reduces && !byRow && extents[0] == 1 && extents.length == 2;
    if (single && extents[1] >= 2 * CHUNK)
      return chunked(kernel, views, writes, extents[1], context);
    return List.of(new Elementwise(kernel, views, writes, layout.flat(), 0, context.workers()));
  }

  private Region region(List<Operand> operands, Layout layout) {
    var slots = new ArrayList<Region.Slot>();
    for (Operand o : operands) {
      boolean varies = layout.across(o.view()) == 1;
      var across = varies ? Region.Across.VARIES : Region.Across.STAYS;
      boolean index = o.view().buffer().kind == Buffer.Kind.INDEX;
      slots.add(new Region.Slot(o.view().dtype(), across, index));
    }
    var stores = new ArrayList<Region.Store>();
    for (Output o : outputs) {
      stores.add(new Region.Store(o.expr(), loads.size() + stores.size(), o.fate()));
    }
    return new Region(slots, exprs, stores);
  }

  /**
   * One long row as rows of a fixed length, whatever the number of threads, and a sum of their
   * sums.
   */
  private List<Instruction> chunked(
      Kernel kernel, List<View> views, boolean[] writes, int columns, Context context) {
    int chunks = (columns + CHUNK - 1) / CHUNK;
    int[] extents = {chunks, CHUNK};
    var cut = new ArrayList<View>();
    for (View v : views) {
      int across = v.stride(1);
      cut.add(
          new View(v.buffer(), v.offset(), extents, new int[] {CHUNK * across, across}, v.loops()));
    }
    var code = new ArrayList<Instruction>();
    for (int o = 0; o < outputs.size(); o++) {
      Output output = outputs.get(o);
      if (output.fate() == Region.Fate.WRITTEN) continue;
      View all = View.of(Buffer.temporary(output.view().dtype(), chunks), new int[] {chunks});
      int slot = loads.size() + o;
      cut.set(slot, new View(all.buffer(), 0, extents, new int[] {1, 0}, all.loops()));
      View parts =
          new View(all.buffer(), 0, new int[] {1, chunks, 1}, new int[] {0, 1, 0}, all.loops());
      View total = views.get(slot);
      View one =
          new View(total.buffer(), total.offset(), new int[] {1, 1}, new int[2], total.loops());
      code.add(new Reduce(parts, one, output.fate() == Region.Fate.MAXED));
    }
    int shortfall = chunks * CHUNK - columns;
    code.add(0, new Elementwise(kernel, cut, writes, false, shortfall, context.workers()));
    return code;
  }

  private static Layout layout(int[] dims, List<Operand> operands, boolean byRow, boolean reduces) {
    List<View> all = operands.stream().map(Operand::view).toList();
    return Layout.of(dims, all, byRow, reduces);
  }
}
