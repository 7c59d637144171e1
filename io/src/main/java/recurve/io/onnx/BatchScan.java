package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Scan as it was in opset 8: its states and sequences lead with a batch that its body does not
 * know. So it is a loop over the batch, and within it one over the steps.
 *
 * <pre>
 *   lengths [B] or none, states [B, ...], sequences [B, T, ...] -> states [B, ...], ys [B, T, ...]
 * </pre>
 */
final class BatchScan {
  private BatchScan() {}

  static List<Item> lower(Call call) {
    int sequences = Math.toIntExact(call.integer("num_scan_inputs", 0));
    int states = call.arity() - 1 - sequences; // the first argument is the lengths
    if (sequences < 1 || states < 0) throw new Refusal(sequences + " sequences");
    List<Long> directions =
        call.integers("directions").orElse(java.util.Collections.nCopies(sequences, 0L));
    if (directions.size() != sequences) throw new Refusal(directions.size() + " directions");
    var rows = new ArrayList<Value>(); // of all arguments, batch leading
    var types = new ArrayList<ElementType>();
    for (int i = 1; i < call.arity(); i++) {
      Value v = call.value(i);
      boolean back = i > states && directions.get(i - 1 - states) == 1;
      rows.add(back ? Build.flip(v, 1) : v);
      types.add(call.type(i));
      Fit.same(v.dim(0), rows.get(0).dim(0));
      if (i > states) Fit.same(v.dim(1), call.value(states + 1).dim(1));
    }
    Optional<Value> lengths = call.optional(0);
    lengths.ifPresent(l -> rows.add(l.cast(DType.I32)));
    if (lengths.isPresent() && directions.contains(1L)) throw new Refusal("lengths, backwards");
    var body =
        new Loops.Body(
            call,
            Loops.body(call, states),
            types.subList(0, states),
            types.subList(states, types.size()));
    var yTypes = new ArrayList<ElementType>();
    Loop.Result result =
        Loop.of(rows.get(0).dim(0))
            .run(List.of(), rows, (none, row) -> row(body, row, states, lengths, yTypes));
    var items = new ArrayList<Item>();
    for (int i = 0; i < result.ys().size(); i++) {
      ElementType type = i < states ? types.get(i) : yTypes.get(i - states);
      items.add(Item.of(type, result.ys().get(i)));
    }
    return items;
  }

  /** One row of the batch, through all steps. */
  private static Loop.Trip row(
      Loops.Body body,
      List<Value> row,
      int states,
      Optional<Value> lengths,
      List<ElementType> yTypes) {
    int sequences = body.xs().size();
    var xs = new ArrayList<Value>(row.subList(states, states + sequences));
    Shape line = Shape.of(xs.get(0).dim(0));
    xs.add(Ops.range(0, DType.I32, line));
    Loop.Result result =
        Loop.of(line.dim(0))
            .run(
                row.subList(0, states),
                xs,
                (carry, in) -> {
                  Optional<Value> alive = lengths.map(l -> in.getLast().less(row.getLast()));
                  return step(body, carry, in.subList(0, sequences), alive, yTypes);
                });
    var all = new ArrayList<>(result.carry());
    all.addAll(result.ys());
    return new Loop.Trip(List.of(), all);
  }

  private static Loop.Trip step(
      Loops.Body body,
      List<Value> carry,
      List<Value> in,
      Optional<Value> alive,
      List<ElementType> yTypes) {
    List<Item> results = body.results(body.arguments(carry, in));
    Reading reading = body.call().frame().reading();
    var next = new ArrayList<Value>();
    for (int i = 0; i < carry.size(); i++) {
      Value now = carry.get(i);
      Value then = Loops.Body.settled(reading.value(results.get(i)), now);
      next.add(alive.map(a -> Build.where(a, then, now)).orElse(then));
    }
    var ys = new ArrayList<Value>();
    for (Item item : results.subList(carry.size(), results.size())) {
      Value y = reading.value(item);
      yTypes.add(Loops.type(item));
      ys.add(alive.map(a -> Build.where(a, y, y.like(0))).orElse(y));
    }
    return new Loop.Trip(next, ys);
  }
}
