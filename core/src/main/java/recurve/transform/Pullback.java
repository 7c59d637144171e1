package recurve.transform;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * One sweep of reverse accumulation: cotangents by value, filled from the outputs to the inputs.
 *
 * <p>It serves the whole graph and, within it, the body of each loop.
 */
final class Pullback {
  /**
   * The values asked for in terms of loops that also write what their gradients read, and the
   * cotangents; absent where no path leads.
   */
  record Result(List<Value> outs, List<Optional<Value>> gradients) {}

  private final Set<Value> active;
  private final Map<Value, Value> cotangents;
  private final Map<Value, Value> replaced = new HashMap<>();

  private Pullback(Set<Value> active, Map<Value, Value> cotangents) {
    this.active = active;
    this.cotangents = new HashMap<>(cotangents);
  }

  static Result of(List<Value> outs, Map<Value, Value> cotangents, List<Value> wrt) {
    var sweep = new Pullback(active(outs, wrt), cotangents);
    for (Node n : Graph.nodes(outs).reversed()) {
      boolean reached = n.outputs().stream().anyMatch(sweep.cotangents::containsKey);
      if (reached && n.inputs().stream().anyMatch(sweep.active::contains)) {
        Gradient.rule(n, sweep);
      }
    }
    List<Value> found = wrt.stream().filter(sweep.cotangents::containsKey).toList();
    var all = new ArrayList<>(outs);
    for (Value v : found) all.add(sweep.cotangents.get(v));
    List<Value> rewritten = Rewriter.replace(all, sweep.replaced);
    var gradients = new HashMap<Value, Value>();
    for (int i = 0; i < found.size(); i++) {
      gradients.put(found.get(i), rewritten.get(outs.size() + i));
    }
    return new Result(
        rewritten.subList(0, outs.size()),
        wrt.stream().map(v -> Optional.ofNullable(gradients.get(v))).toList());
  }

  /** Whether a gradient is wanted for this value or for one that it depends on. */
  boolean isActive(Value v) {
    return active.contains(v);
  }

  boolean hasCotangent(Value v) {
    return cotangents.containsKey(v);
  }

  /** The cotangent of a value that has one; complete, since its uses came before. */
  Value cotangent(Value v) {
    return java.util.Objects.requireNonNull(cotangents.get(v), "no cotangent");
  }

  /** Adds to the cotangent of a value, if one is wanted. */
  void give(Value v, Supplier<Value> d) {
    if (active.contains(v)) cotangents.merge(v, d.get(), Value::plus);
  }

  /** Puts another value in the place of one of the graph, with its cotangent. */
  void stand(Value by, Value old) {
    replace(old, by);
    Value d = cotangents.get(old);
    if (d != null) cotangents.put(by, d);
  }

  /** Puts another value in the place of one of the graph. */
  void replace(Value old, Value by) {
    replaced.put(old, by);
  }

  /** The floating-point values through which the outputs depend on the roots. */
  static Set<Value> active(Collection<Value> outs, Collection<Value> roots) {
    var active = new HashSet<Value>(roots);
    for (Node n : Graph.nodes(outs)) {
      if (n.op() == Op.Unary.STOP_GRADIENT || n.inputs().stream().noneMatch(active::contains)) {
        continue;
      }
      if (n.op() instanceof Op.Scan s) {
        loop(n, s, active);
      } else {
        n.outputs().stream().filter(v -> v.dtype().isFloat()).forEach(active::add);
      }
    }
    return active;
  }

  private static void loop(Node n, Op.Scan s, Set<Value> active) {
    Set<Value> inside = activeInside(s, i -> active.contains(n.input(i)));
    for (int i = 0; i < n.outputs().size(); i++) {
      boolean carried = i < s.carries() && inside.contains(s.body().inputs().get(s.consts() + i));
      if (carried || inside.contains(s.body().outputs().get(i))) active.add(n.outputs().get(i));
    }
  }

  /** The active values of a body; a carry is if its first value or any later one is. */
  static Set<Value> activeInside(Op.Scan s, IntPredicate activeArgument) {
    var roots = new HashSet<Value>();
    for (int i = 0; i < s.body().inputs().size(); i++) {
      if (activeArgument.test(i)) roots.add(s.body().inputs().get(i));
    }
    while (true) {
      Set<Value> inside = active(s.body().outputs(), roots);
      boolean grew = false;
      for (int i = 0; i < s.carries(); i++) {
        if (inside.contains(s.body().outputs().get(i))) {
          grew |= roots.add(s.body().inputs().get(s.consts() + i));
        }
      }
      if (!grew) return inside;
    }
  }
}
