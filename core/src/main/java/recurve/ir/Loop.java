package recurve.ir;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Builds a loop from a function of one step, with lexical capture: whatever does not depend on the
 * carry or on a step's inputs stays outside and is never listed by the author.
 *
 * @param length how many steps
 * @param reverse whether the last step comes first
 * @param lengths I32 [B], how many steps of each row are alive; see {@link Op.Scan}
 */
public record Loop(Dim length, boolean reverse, Optional<Value> lengths) {

  /** A forward loop of so many steps. */
  public static Loop of(Dim length) {
    return new Loop(length, false, Optional.empty());
  }

  /** One step's result: the next carry and the step's outputs. */
  public record Trip(List<Value> carry, List<Value> ys) {}

  /** The loop's result: the last carry and the stacked outputs, time leading. */
  public record Result(List<Value> carry, List<Value> ys) {}

  /**
   * Builds the loop.
   *
   * @param init the first carry
   * @param xs sequences, time leading
   * @param step (carry, one step of each x) to the next carry and the step's outputs
   */
  public Result run(
      List<Value> init, List<Value> xs, BiFunction<List<Value>, List<Value>, Trip> step) {
    var carry = new ArrayList<Value>();
    for (Value v : init) carry.add(Ops.input("carry" + carry.size(), v.dtype(), v.shape()));
    var x = new ArrayList<Value>();
    for (Value v : xs) x.add(Ops.input("x" + x.size(), v.dtype(), v.shape().without(0)));
    Trip trip = step.apply(List.copyOf(carry), List.copyOf(x));
    var outs = new ArrayList<>(trip.carry());
    outs.addAll(trip.ys());
    var own = new ArrayList<>(carry);
    own.addAll(x);
    Map<Value, Value> captured = capture(own, outs);
    var inputs = new ArrayList<>(captured.values());
    inputs.addAll(own);
    Graph body = new Graph(inputs, Graph.substitute(outs, captured));
    var op = new Op.Scan(body, captured.size(), init.size(), length, reverse, lengths.isPresent());
    var args = new ArrayList<>(captured.keySet());
    args.addAll(init);
    args.addAll(xs);
    lengths.ifPresent(args::add);
    List<Value> results = Node.of(op, args).outputs();
    return new Result(
        results.subList(0, init.size()), results.subList(init.size(), results.size()));
  }

  /** Outer values that the step reads, each with the body input that stands for it. */
  private static Map<Value, Value> capture(List<Value> own, List<Value> outs) {
    var inside = Graph.dependents(outs, own);
    var captured = new LinkedHashMap<Value, Value>();
    for (Node n : Graph.nodes(outs)) {
      if (n.outputs().stream().noneMatch(inside::contains)) continue;
      for (Value v : n.inputs()) if (!inside.contains(v)) take(v, captured);
    }
    for (Value v : outs) if (!inside.contains(v)) take(v, captured);
    return captured;
  }

  private static void take(Value v, Map<Value, Value> captured) {
    // leaves without arguments cost nothing inside and let passes see their number
    if (v.op() instanceof Op.Constant || v.op() instanceof Op.Range) return;
    captured.computeIfAbsent(v, k -> Ops.input("const" + captured.size(), k.dtype(), k.shape()));
  }
}
