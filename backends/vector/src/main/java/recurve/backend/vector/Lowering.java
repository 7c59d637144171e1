package recurve.backend.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.ShapeException;
import recurve.ir.Type;
import recurve.ir.Value;

/**
 * Turns a block, a graph or the body of a loop, into instructions over views of buffers, for one
 * binding of the symbolic dimensions.
 */
final class Lowering {
  private final Context context;
  private final int depth; // of loops around
  private final long trips; // of all loops around
  private final boolean ragged;
  private final List<Instruction> code = new ArrayList<>();
  private final Map<Value, View> views = new HashMap<>();
  private final Map<Value, View> destinations = new HashMap<>();
  private final Set<View> still = new HashSet<>(); // the same in all trips
  private final Map<Buffer, Joined> joined; // of this block and those around
  private final ProductLowering products;
  private Set<Node> unwritten = Set.of(); // scattered values

  /** Starts the outermost block. */
  Lowering(Context context) {
    this(context, Optional.empty(), 0, 1, false);
  }

  private Lowering(
      Context context, Optional<Lowering> outer, int depth, long trips, boolean ragged) {
    this.context = context;
    this.depth = depth;
    this.trips = trips;
    this.ragged = ragged;
    this.joined = outer.map(o -> o.joined).orElseGet(HashMap::new);
    this.products = new ProductLowering(this, outer.map(o -> o.products));
  }

  /**
   * The body of a loop in this block.
   *
   * @param ragged whether its rows end before others
   */
  Lowering inner(int steps, boolean ragged) {
    return new Lowering(
        context, Optional.of(this), depth + 1, trips * steps, this.ragged || ragged);
  }

  ProductLowering products() {
    return products;
  }

  Context context() {
    return context;
  }

  int depth() {
    return depth;
  }

  /** How often the block is run: the trips of all loops around it. */
  long trips() {
    return trips;
  }

  /** Whether rows may have ended, in the loops around. */
  boolean isRagged() {
    return ragged;
  }

  /** Whether it is the same in all trips of the loops around. */
  boolean isStill(View view) {
    return depth == 0 || still.contains(view);
  }

  List<Instruction> code() {
    return List.copyOf(code);
  }

  /** How many instructions there are so far. */
  int size() {
    return code.size();
  }

  void emit(Instruction instruction) {
    code.add(instruction);
  }

  /** Says where a value lies that is not computed here. */
  void give(Value v, View view) {
    views.put(v, view);
  }

  /** The same for a value that stays what it is through all trips of the loop. */
  void giveConstant(Value v, View view) {
    give(v, view);
    still.add(view);
  }

  /** Says which scattered values need no table: see {@link Sparse#unwritten}. */
  void leave(Set<Node> scattered) {
    unwritten = scattered;
  }

  /** Asks that a value be computed where it will lie; {@link #deliver} then has nothing to do. */
  void wish(Value v, View view) {
    destinations.putIfAbsent(v, view);
  }

  /** Emits what the values depend on. */
  void lower(List<Value> outputs) {
    List<Node> nodes = needed(outputs);
    direct(nodes);
    var fusion =
        new Fusion(nodes, outputs, context::dims, v -> views.containsKey(v) || isScattered(v));
    for (Object next : fusion.order()) {
      if (next instanceof Node n) node(n);
      else if (next instanceof Fusion.Group g) group(g, fusion);
    }
  }

  private List<Node> needed(List<Value> outputs) {
    var wanted = new HashSet<>(outputs);
    var nodes = new ArrayList<Node>();
    for (Node n : Graph.nodes(outputs).reversed()) {
      if (n.outputs().stream().allMatch(v -> views.containsKey(v) || !wanted.contains(v))) continue;
      nodes.add(n);
      wanted.addAll(n.inputs());
    }
    return nodes.reversed();
  }

  /** Sends the parts of joined and padded values straight to their places. */
  private void direct(List<Node> nodes) {
    for (Node n : nodes.reversed()) {
      Value v = n.output();
      switch (n.op()) {
        case Op.Concat(int axis) -> {
          if (isJoined(n)) continue;
          View whole = destination(v);
          wish(v, whole);
          int at = 0;
          for (Value part : n.inputs()) {
            int extent = context.dims(part)[axis];
            if (isComputed(part)) wish(part, whole.slice(axis, at, at + extent));
            at += extent;
          }
        }
        case Op.Pad(int axis, Dim before, Dim after) -> {
          View whole = destination(v);
          wish(v, whole);
          if (isComputed(n.input(0))) wish(n.input(0), middle(n, whole));
        }
        case Op.Reshape reshape -> {
          if (destinations.containsKey(v) && isComputed(n.input(0))) {
            destinations
                .get(v)
                .reshape(context.dims(n.input(0)))
                .ifPresent(view -> wish(n.input(0), view));
          }
        }
        default -> {} // the others choose their own place, or are views
      }
    }
  }

  /**
   * Whether matrices that lie somewhere are joined outside of loops, as a cell's weights are: there
   * may be no need to write the whole.
   */
  private boolean isJoined(Node concat) {
    Value v = concat.output();
    return depth == 0
        && !context.isLasting()
        && v.rank() == 2
        && v.dtype() == DType.F32
        && !destinations.containsKey(v)
        && concat.inputs().stream().noneMatch(this::isComputed);
  }

  private boolean isComputed(Value v) {
    return !views.containsKey(v)
        && switch (v.op()) {
          case Op.Input i -> false;
          case Op.Constant c -> false;
          case Op.Range r -> false;
          case Op.Reshape r -> false;
          case Op.Transpose t -> false;
          case Op.Expand e -> false;
          case Op.Slice s -> false;
          case Op.Scan s -> false;
          case Op.Unary u -> true;
          case Op.Binary b -> true;
          case Op.Cast c -> true;
          case Op.Where w -> true;
          case Op.MatMul m -> true;
          case Op.ReduceSum r -> true;
          case Op.ReduceMax r -> true;
          case Op.Concat c -> true;
          case Op.Pad p -> true;
          case Op.Gather g -> true;
          case Op.ScatterND s -> true;
          case Op.RandomUniform r -> true;
        };
  }

  /** Where a value should lie. */
  View destination(Value v) {
    View wished = destinations.get(v);
    return wished != null ? wished : fresh(v.dtype(), context.dims(v));
  }

  View fresh(DType dtype, int[] dims) {
    int size = View.size(dims);
    Buffer b = context.isLasting() ? Buffer.kept(dtype, size) : Buffer.temporary(dtype, size);
    return View.of(b, dims);
  }

  /** Memory outside of the heap. */
  View outside(long bytes, Gemm gemm) {
    Buffer.Kind kind = context.isLasting() ? Buffer.Kind.KEPT : Buffer.Kind.TEMPORARY;
    Buffer b = Buffer.outside(kind, bytes, gemm);
    return View.of(b, new int[] {b.size});
  }

  /** Where a value lies, in memory. */
  View view(Value v) {
    View view = place(v);
    write(view);
    return view;
  }

  /** Sees to it that what a view looks at is in memory. */
  void write(View view) {
    Joined waiting = joined.get(view.buffer());
    if (waiting != null) waiting.write();
  }

  /** A side of a product by panels, which reads joined matrices from where they lie. */
  Side side(View matrix) {
    Optional<Joined> waiting = Optional.ofNullable(joined.get(matrix.buffer()));
    Optional<Side> parts = waiting.flatMap(j -> j.side(matrix));
    if (parts.isEmpty()) write(matrix);
    return parts.orElseGet(() -> Side.of(matrix));
  }

  /** Where a value lies, or will if somebody wants it {@link #write written}. */
  View place(Value v) {
    View view = views.get(v);
    if (view != null) return view;
    // leaves are views of nothing
    return switch (v.op()) {
      case Op.Constant(double number, Type type) ->
          View.constant(type.dtype(), number, context.dims(v));
      case Op.Range(int axis, Type type) -> View.index(type.dtype(), axis, context.dims(v));
      default -> throw new IllegalStateException(v + " was not computed");
    };
  }

  /** Copies a value to where it should be, unless it is there. */
  void deliver(Value v, View to) {
    View from = view(v);
    if (!same(from, to)) emit(new Copy(from, to));
  }

  private static boolean same(View a, View b) {
    if (a.buffer() != b.buffer() || a.offset() != b.offset()) return false;
    int n = Math.max(a.loops().length, b.loops().length);
    if (!Arrays.equals(Arrays.copyOf(a.loops(), n), Arrays.copyOf(b.loops(), n))) return false;
    for (int i = 0; i < a.rank(); i++) {
      if (a.dim(i) != 1 && a.stride(i) != b.stride(i)) return false;
    }
    return true;
  }

  /** The elements in memory and row-major: the view itself, or a copy. */
  View contiguous(View v) {
    return v.buffer().isMemory() && v.isContiguous() ? v : copied(v);
  }

  /** The view itself, or a copy of numbers that are nowhere. */
  View inMemory(View v) {
    return v.buffer().isMemory() ? v : copied(v);
  }

  /** A row-major copy in memory of its own. */
  View copied(View v) {
    View copy = fresh(v.dtype(), v.dims());
    emit(new Copy(v, copy));
    return copy;
  }

  // -- elementwise

  private void group(Fusion.Group group, Fusion fusion) {
    var builder = new RegionBuilder(this::view, v -> fusion.isInline(v, group));
    int[] space = {};
    var late = new ArrayList<View[]>();
    for (Value v : fusion.written(group)) {
      View to = destination(v);
      boolean reduction = fusion.isReduction(v);
      space = context.dims(reduction ? v.node().input(0) : v);
      View place = reduction || isStraight(to) ? to : fresh(v.dtype(), context.dims(v));
      if (place != to) late.add(new View[] {place, to});
      if (reduction) builder.reduce(v, place);
      else builder.write(v, place);
      views.put(v, to);
    }
    builder.build(space, depth > 0, context, this::copied).forEach(this::emit);
    for (View[] move : late) emit(new Copy(move[0], move[1]));
  }

  /** Whether a region may write there: along columns without gaps, or rows of one column. */
  private static boolean isStraight(View to) {
    for (int axis = to.rank() - 1; axis > 0; axis--) {
      if (to.dim(axis) != 1) return to.strides()[axis] == 1;
    }
    return to.rank() != 1 || to.dim(0) == 1 || to.stride(0) == 1;
  }

  // -- one node

  private List<View> views(List<Value> values) {
    return values.stream().map(v -> inMemory(view(v))).toList();
  }

  private void node(Node n) {
    Value v = n.output();
    int[] to = context.dims(v);
    switch (n.op()) {
      case Op.Input input -> throw new ShapeException("input '" + input.name() + "' is not given");
      case Op.Constant c -> {}
      case Op.Range r -> {}
      case Op.Unary u -> throw unfused(n);
      case Op.Binary b -> {
        if (!isScattered(v)) throw unfused(n);
        View table = inPlace(v), base = contiguous(view(n.input(0)));
        Node off = n.input(1).node();
        scatter(off, reshaped(table, to), Optional.of(base));
        placed(v, table);
      }
      case Op.Cast c -> throw unfused(n);
      case Op.Where w -> throw unfused(n);
      case Op.Reshape r -> {
        View from = view(n.input(0));
        views.put(v, from.reshape(to).orElseGet(() -> View.of(copied(from).buffer(), to)));
      }
      case Op.Transpose(List<Integer> permutation) ->
          views.put(v, place(n.input(0)).transpose(permutation));
      case Op.Expand(Shape shape) -> views.put(v, view(n.input(0)).expand(to));
      case Op.Slice(int axis, Dim from, Dim end) -> {
        int start = context.bind(from), extent = context.dims(n.input(0))[axis];
        if (start < 0 || context.bind(end) > extent) {
          throw new ShapeException(
              n + " takes " + start + ".." + context.bind(end) + " of " + extent);
        }
        views.put(v, view(n.input(0)).slice(axis, start, start + to[axis]));
      }
      case Op.Concat(int axis) -> {
        View whole = destination(v);
        views.put(v, whole);
        if (isJoined(n)) {
          joined.put(whole.buffer(), new Joined(this, whole, views(n.inputs()), axis));
          return;
        }
        int at = 0;
        for (Value part : n.inputs()) {
          int extent = context.dims(part)[axis];
          deliver(part, whole.slice(axis, at, at + extent));
          at += extent;
        }
      }
      case Op.Pad(int axis, Dim before, Dim after) -> {
        View whole = destination(v);
        View part = middle(n, whole);
        View zero = View.constant(v.dtype(), 0, whole.dims());
        int from = context.bind(before), end = from + part.dim(axis);
        emit(new Copy(zero.slice(axis, 0, from), whole.slice(axis, 0, from)));
        emit(new Copy(zero.slice(axis, end, to[axis]), whole.slice(axis, end, to[axis])));
        deliver(n.input(0), part);
        views.put(v, whole);
      }
      case Op.MatMul m -> products.lower(n);
      case Op.ReduceSum(int axis) -> reduce(n, axis, false);
      case Op.ReduceMax(int axis) -> reduce(n, axis, true);
      case Op.Gather g -> gather(n);
      case Op.ScatterND(Dim rows) -> {
        if (unwritten.contains(n)) return;
        View table = inPlace(v);
        int width = View.size(to) / Math.max(1, to[0]);
        scatter(n, reshaped(table, to[0], width), Optional.empty());
        placed(v, table);
      }
      case Op.RandomUniform(int stream, Type type) -> {
        View all = inPlace(v);
        int units = to.length == 0 ? 1 : to[0];
        View rows = reshaped(all, units, View.size(to) / Math.max(1, units));
        emit(new Uniform(inMemory(view(n.input(0))), stream, rows, context.workers()));
        placed(v, all);
      }
      case Op.Scan scan -> new LoopLowering(this, scan, n).lower();
    }
  }

  /** Whether a value is a table less what is scattered. */
  private boolean isScattered(Value v) {
    return v.op() == Op.Binary.SUB && unwritten.contains(v.node().input(1).node());
  }

  private void scatter(Node n, View table, Optional<View> base) {
    View ids = contiguous(view(n.input(1))), updates = contiguous(view(n.input(0)));
    View rows = reshaped(updates, ids.size(), table.dim(1));
    emit(new Scatter(rows, reshaped(ids, ids.size()), table, base));
  }

  private static IllegalStateException unfused(Node n) {
    return new IllegalStateException(n + " belongs to no group");
  }

  private View middle(Node pad, View whole) {
    if (!(pad.op() instanceof Op.Pad(int axis, Dim before, Dim after))) throw unfused(pad);
    int from = context.bind(before);
    if (from < 0 || context.bind(after) < 0) {
      throw new ShapeException(pad + " pads by " + from + " and " + context.bind(after));
    }
    return whole.slice(axis, from, from + context.dims(pad.input(0))[axis]);
  }

  static View reshaped(View v, int... dims) {
    return v.reshape(dims).orElseThrow(() -> new IllegalStateException(v + " has gaps"));
  }

  /** A contiguous place for a value: the one wished for, if it is. */
  View inPlace(Value v) {
    View wished = destination(v);
    return wished.isContiguous() ? wished : fresh(v.dtype(), context.dims(v));
  }

  /** Ends what {@link #inPlace} began. */
  void placed(Value v, View view) {
    views.put(v, view);
    View wished = destinations.get(v);
    if (wished != null && !same(view, wished)) {
      emit(new Copy(view, wished));
      views.put(v, wished);
    }
  }

  private void reduce(Node n, int axis, boolean max) {
    Value v = n.output();
    View from = inMemory(view(n.input(0))), to = inPlace(v);
    int[] d = from.dims();
    int outer = View.size(Arrays.copyOf(d, axis));
    int inner = View.size(Arrays.copyOfRange(d, axis + 1, d.length));
    int[] three = {outer, d[axis], inner};
    View rows = from.reshape(three).orElseGet(() -> reshaped(copied(from), three));
    emit(new Reduce(rows, reshaped(to, outer, inner), max));
    placed(v, to);
  }

  private void gather(Node n) {
    Value v = n.output();
    if (unwritten.contains(n.input(0).node())) {
      Node scattered = n.input(0).node();
      View to = inPlace(v), ids = contiguous(view(n.input(1)));
      View first = fresh(DType.I32, new int[] {context.dims(n.input(0))[0]});
      View updates = contiguous(view(scattered.input(0)));
      int[] flat = {ids.size(), updates.size() / Math.max(1, ids.size())};
      emit(
          new Alike(reshaped(updates, flat), reshaped(ids, ids.size()), first, reshaped(to, flat)));
      placed(v, to);
      return;
    }
    View table = inMemory(view(n.input(0)));
    if (!table.isContiguousFrom(1)) table = copied(table);
    View ids = contiguous(view(n.input(1)));
    View to = inPlace(v);
    int units = ids.rank() == 0 ? 1 : ids.dim(0);
    int each = units == 0 ? 0 : ids.size() / units;
    int width = View.size(Arrays.copyOfRange(table.dims(), 1, table.rank()));
    View rows =
        new View(
            table.buffer(),
            table.offset(),
            new int[] {table.dim(0), width},
            new int[] {table.stride(0), 1},
            table.loops());
    emit(new Gather(rows, reshaped(ids, units, each), reshaped(to, units, each, width)));
    placed(v, to);
  }
}
