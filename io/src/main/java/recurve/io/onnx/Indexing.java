package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** Elements by their indices. */
final class Indexing {
  private Indexing() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "Gather", Indexing::gather,
        "GatherElements", Indexing::gatherElements,
        "GatherND", Indexing::gatherNd,
        "ScatterND", Indexing::scatterNd,
        "ScatterElements", Indexing::scatterElements,
        "Scatter", Indexing::scatterElements,
        "ReverseSequence", Indexing::reverseSequence);
  }

  /** Indices as I32 that count from the start. */
  private static Value ids(Call call, int argument, Dim extent) {
    Value ids = call.value(argument);
    if (ids.dtype() != DType.I32) throw new Refusal("indices of " + call.type(argument));
    // in a file of ours indices are never negative: a Gather of ours refuses them
    if (call.frame().reading().isOurs()) return ids;
    var known = call.constant(argument);
    if (known.isPresent()) {
      boolean negative = false;
      for (int i = 0; i < known.get().size(); i++) negative |= known.get().at(i) < 0;
      if (!negative) return ids;
    }
    if (ids.op() instanceof Op.Range) return ids;
    return Build.fromStart(ids, extent);
  }

  private static List<Item> gather(Call call) {
    Value x = call.value(0);
    int axis = call.axis("axis", 0, x.rank());
    var one = call.ints(1);
    if (one.isPresent() && one.get().size() == 1 && one.get().isNumeric()) {
      // a slice: no index at run time
      long at = one.get().only().number();
      Dim from = at < 0 ? x.dim(axis).plus(at) : Dim.of(at);
      Value part = x.slice(axis, from, from.plus(1));
      boolean scalar = one.get().dims().isEmpty();
      return call.result(scalar ? Build.squeeze(part, List.of(axis)) : part);
    }
    return call.result(Build.take(x, axis, ids(call, 1, x.dim(axis))));
  }

  /** Each element by its own index along an axis: rows of the argument as one long column. */
  private static List<Item> gatherElements(Call call) {
    Value x = call.value(0);
    int axis = call.axis("axis", 0, x.rank());
    return call.result(elements(x, axis, ids(call, 1, x.dim(axis))));
  }

  private static Value elements(Value x, int axis, Value ids) {
    return x.reshape(Shape.of(x.shape().size())).gather(place(x, axis, ids));
  }

  /** Where elements stand in row-major order, by their index along one axis. */
  private static Value place(Value x, int axis, Value ids) {
    Value at = Ops.constant(0, DType.I32, ids.shape());
    for (int i = 0; i < x.rank(); i++) {
      Value index = i == axis ? ids : Ops.range(i, DType.I32, ids.shape());
      at = at.times(Ops.extent(DType.I32, x.dim(i))).plus(index);
    }
    return at;
  }

  private static List<Item> gatherNd(Call call) {
    if (call.integer("batch_dims", 0) != 0) throw new Refusal("batch_dims");
    Value x = call.value(0);
    Value ids = call.value(1);
    if (ids.dtype() != DType.I32 || !ids.dim(-1).isNumber()) throw new Refusal("its indices");
    int depth = Math.toIntExact(ids.dim(-1).number());
    if (depth < 1 || depth > x.rank()) throw new Refusal(depth + " indices of " + x.rank());
    Value at = row(ids, x, depth);
    var dims = new ArrayList<Dim>(x.shape().dims().subList(depth, x.rank()));
    dims.addFirst(new Shape(x.shape().dims().subList(0, depth)).size());
    return call.result(Build.reshape(x, new Shape(dims)).gather(at));
  }

  /** The last axis of indices, one for each leading axis of x, as one index. */
  private static Value row(Value ids, Value x, int depth) {
    Value at = Build.squeeze(ids.slice(-1, 0, 1), List.of(ids.rank() - 1));
    at = Build.fromStart(at, x.dim(0));
    for (int i = 1; i < depth; i++) {
      Value next = Build.squeeze(ids.slice(-1, i, i + 1), List.of(ids.rank() - 1));
      next = Build.fromStart(next, x.dim(i));
      at = at.times(Ops.extent(DType.I32, x.dim(i))).plus(next);
    }
    return at;
  }

  private static List<Item> scatterNd(Call call) {
    Value data = call.value(0);
    Value ids = call.value(1);
    if (ids.dtype() != DType.I32 || !ids.dim(-1).isNumber()) throw new Refusal("its indices");
    int depth = Math.toIntExact(ids.dim(-1).number());
    if (depth < 1 || depth > data.rank()) throw new Refusal(depth + " indices of " + data.rank());
    var dims = new ArrayList<Dim>(data.shape().dims().subList(depth, data.rank()));
    dims.addFirst(new Shape(data.shape().dims().subList(0, depth)).size());
    boolean ours = call.frame().reading().isOurs();
    Value rows = ours ? Build.squeeze(ids, List.of(ids.rank() - 1)) : row(ids, data, depth);
    Value table = Build.reshape(data, new Shape(dims));
    return call.result(Build.reshape(scatter(call, table, rows, call.value(2)), data.shape()));
  }

  /** Each element by its own index along an axis. */
  private static List<Item> scatterElements(Call call) {
    Value data = call.value(0);
    int axis = call.axis("axis", 0, data.rank());
    Value ids = place(data, axis, ids(call, 1, data.dim(axis)));
    Value line = data.reshape(Shape.of(data.shape().size()));
    return call.result(scatter(call, line, ids, call.value(2)).reshape(data.shape()));
  }

  /** Updates put into, or added to, the rows of a table; no row is put into twice. */
  private static Value scatter(Call call, Value table, Value rows, Value updates) {
    String reduction = call.text("reduction", "none");
    Value added = updates.scatter(rows, table.dim(0));
    if (reduction.equals("add")) {
      boolean zeros = table.op() instanceof Op.Constant c && c.value() == 0;
      return zeros ? added : table.plus(added);
    }
    if (!reduction.equals("none")) throw new Refusal("reduction '" + reduction + "'");
    Value hits = updates.cast(DType.I32).like(1).scatter(rows, table.dim(0));
    return hits.like(0).less(hits).where(added, table);
  }

  /** {@code y[t] = x[length - 1 - t]} where t is below the length, and x[t] past it. */
  private static List<Item> reverseSequence(Call call) {
    Value x = call.value(0);
    int time = call.axis("time_axis", 0, x.rank());
    int batch = call.axis("batch_axis", 1, x.rank());
    Value lengths = call.value(1);
    var line = new ArrayList<>(java.util.Collections.nCopies(x.rank(), Dim.ONE));
    line.set(batch, x.dim(batch));
    Value length = Build.expand(Build.reshape(lengths, new Shape(line)), x.shape());
    Value t = Ops.range(time, DType.I32, x.shape());
    Value ids = t.less(length).where(length.minus(1).minus(t), t);
    return call.result(elements(x, time, ids));
  }
}
