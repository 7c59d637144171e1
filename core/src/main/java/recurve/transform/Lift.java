package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.Dim;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Computes a value of a loop's step for all steps at once, time leading: {@code v_t} for each t
 * becomes {@code V [T, ...]}.
 */
final class Lift {
  private final Dim length;
  private final Set<Value> varying;
  private final Map<Value, Optional<Value>> lifted = new HashMap<>();

  /**
   * @param varying the values that differ from step to step
   * @param known some of them, for all steps
   */
  Lift(Dim length, Set<Value> varying, Map<Value, Value> known) {
    this.length = length;
    this.varying = varying;
    known.forEach((v, all) -> lifted.put(v, Optional.of(all)));
  }

  /** The value for all steps, if it can be had without the loop. */
  Optional<Value> of(Value v) {
    Optional<Value> known = lifted.get(v);
    if (known == null) {
      known = varying.contains(v) ? lift(v) : Optional.of(repeat(v));
      lifted.put(v, known);
    }
    return known;
  }

  private Value repeat(Value v) {
    return v.reshape(v.shape().insert(0, Dim.ONE)).expand(v.shape().insert(0, length));
  }

  private Optional<Value> lift(Value v) {
    Node n = v.node();
    return switch (n.op()) {
      case Op.Unary op -> apply(n, op);
      case Op.Cast op -> apply(n, op);
      case Op.Binary op -> apply(n, op);
      case Op.Where op -> apply(n, op);
      case Op.MatMul op -> product(n, op);
      case Op.ReduceSum(int axis) -> apply(n, new Op.ReduceSum(axis + 1));
      case Op.ReduceMax(int axis) -> apply(n, new Op.ReduceMax(axis + 1));
      case Op.Reshape(Shape to) -> apply(n, new Op.Reshape(to.insert(0, length)));
      case Op.Transpose(List<Integer> permutation) -> {
        var p = new ArrayList<>(List.of(0));
        for (int axis : permutation) p.add(axis + 1);
        yield apply(n, new Op.Transpose(p));
      }
      case Op.Expand(Shape to) -> apply(n, new Op.Expand(to.insert(0, length)));
      case Op.Concat(int axis) -> apply(n, new Op.Concat(axis + 1));
      case Op.Slice(int axis, Dim from, Dim to) -> apply(n, new Op.Slice(axis + 1, from, to));
      case Op.Pad(int axis, Dim before, Dim after) -> apply(n, new Op.Pad(axis + 1, before, after));
      case Op.Gather op -> {
        if (varying.contains(n.input(0))) yield Optional.empty();
        yield of(n.input(1)).map(ids -> n.with(List.of(n.input(0), ids)).output());
      }
      // these would need a loop again, or differ from step to step by more than their arguments
      case Op.ScatterND op -> Optional.empty();
      case Op.RandomUniform op -> Optional.empty();
      case Op.Scan op -> Optional.empty();
      case Op.Input op -> Optional.empty();
      case Op.Constant op -> Optional.empty();
      case Op.Range op -> Optional.empty();
    };
  }

  private Optional<Value> apply(Node n, Op op) {
    var args = new ArrayList<Value>();
    for (Value v : n.inputs()) {
      Optional<Value> all = of(v);
      if (all.isEmpty()) return Optional.empty();
      args.add(all.get());
    }
    return Optional.of(n.with(op, args).output());
  }

  /** A matrix on the right serves all steps; another constant would have to be repeated: no. */
  private Optional<Value> product(Node n, Op.MatMul op) {
    Value a = n.input(0), b = n.input(1);
    if (!varying.contains(b) && b.rank() == 2) {
      return of(a).map(all -> n.with(List.of(all, b)).output());
    }
    boolean both = varying.contains(a) && varying.contains(b) && a.rank() == b.rank();
    return both ? apply(n, op) : Optional.empty();
  }

  /** Whether the value holds a product that differs from step to step, among those wanted. */
  static boolean holdsProduct(Value v, Set<Value> among, Map<Value, Boolean> known) {
    Boolean holds = known.get(v);
    if (holds != null) return holds;
    boolean now =
        among.contains(v)
            && (v.op() instanceof Op.MatMul
                || v.node().inputs().stream().anyMatch(i -> holdsProduct(i, among, known)));
    known.put(v, now);
    return now;
  }
}
