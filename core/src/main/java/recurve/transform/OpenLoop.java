package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Value;

/**
 * A loop taken apart for a pass: its step is written in the values around the loop, so what does
 * not depend on the carry or the sequences is outside already.
 *
 * <p>Closing builds the loop again, without repeated or unread arguments and outputs.
 */
final class OpenLoop {
  private final Node node;
  private final Op.Scan scan;
  private final Order order;
  private final Optional<Value> lengths;
  private final List<Value> init;
  private final List<Value> carry;
  private final List<Value> sequences;
  private final List<Value> steps;
  private List<Value> next;
  private List<Value> ys;

  private OpenLoop(Node node, Op.Scan scan, Order order) {
    this.node = node;
    this.scan = scan;
    this.order = order;
    int first = scan.consts(), then = first + scan.carries();
    List<Value> inner = scan.body().inputs(), outer = node.inputs().subList(0, inner.size());
    this.lengths = scan.lengths() ? Optional.of(node.inputs().getLast()) : Optional.empty();
    this.init = new ArrayList<>(outer.subList(first, then));
    this.carry = new ArrayList<>(inner.subList(first, then));
    this.sequences = new ArrayList<>(outer.subList(then, outer.size()));
    this.steps = new ArrayList<>(inner.subList(then, inner.size()));
    var captured = new HashMap<Value, Value>();
    for (int i = 0; i < first; i++) captured.put(inner.get(i), outer.get(i));
    List<Value> outs = Graph.substitute(scan.body().outputs(), captured);
    this.next = outs.subList(0, scan.carries());
    this.ys = outs.subList(scan.carries(), outs.size());
  }

  static OpenLoop of(Node node, Order order) {
    if (node.op() instanceof Op.Scan scan) return new OpenLoop(node, scan, order);
    throw new IllegalArgumentException(node + " is no loop");
  }

  Order order() {
    return order;
  }

  Dim length() {
    return scan.length();
  }

  Optional<Value> lengths() {
    return lengths;
  }

  /** What stands for the carry within the step. */
  List<Value> carry() {
    return carry;
  }

  /** What stands for one step of each sequence. */
  List<Value> steps() {
    return steps;
  }

  /** The sequence of which this stands for one step. */
  Value sequence(Value step) {
    return sequences.get(steps.indexOf(step));
  }

  List<Value> next() {
    return next;
  }

  List<Value> ys() {
    return ys;
  }

  /** The next carry, then the outputs of the step. */
  List<Value> outs() {
    var outs = new ArrayList<>(next);
    outs.addAll(ys);
    return outs;
  }

  /** The values of the step that differ from step to step. */
  Set<Value> varying() {
    var roots = new ArrayList<>(carry);
    roots.addAll(steps);
    return Graph.dependents(outs(), roots);
  }

  /** The values of the step that depend on the carry. */
  Set<Value> carried() {
    return Graph.dependents(outs(), carry);
  }

  /** Where the batch stands in the values of the step. */
  Rows rows() {
    var roots = new ArrayList<>(carry);
    roots.addAll(steps);
    return new Rows(lengths.isPresent(), roots);
  }

  /** One step of a further sequence. */
  Value step(Value sequence) {
    int known = sequences.indexOf(sequence);
    if (known >= 0) return steps.get(known);
    Value step = Ops.input("x" + steps.size(), sequence.dtype(), sequence.shape().without(0));
    sequences.add(sequence);
    steps.add(step);
    return step;
  }

  /** Replaces values of the step. */
  void replace(Map<Value, Value> replacements) {
    set(Rewriter.replace(outs(), replacements));
  }

  /** Sets the next carry and the outputs of the step, of which there may be more than before. */
  void set(List<Value> outs) {
    next = List.copyOf(outs.subList(0, next.size()));
    ys = List.copyOf(outs.subList(next.size(), outs.size()));
  }

  /** Builds the loop; the last carry, then the stacked outputs. */
  List<Value> close() {
    dropConstantCarries();
    var kept = new ArrayList<Integer>();
    for (int i = 0; i < carry.size(); i++) if (!carry.get(i).equals(next.get(i))) kept.add(i);
    Set<Value> varying = varying();
    var written = new LinkedHashMap<Value, Integer>();
    var outside = new HashMap<Value, Value>();
    for (Value y : ys) {
      if (outside.containsKey(y) || written.containsKey(y)) continue;
      if (steps.contains(y) && isZeroWhereDead(sequence(y))) {
        outside.put(y, sequence(y));
      } else if (!varying.contains(y) && lengths.isEmpty()) {
        Value one = y.reshape(y.shape().insert(0, Dim.ONE));
        outside.put(y, one.expand(y.shape().insert(0, length())));
      } else {
        written.put(y, written.size());
      }
    }
    var outs = new ArrayList<Value>();
    for (int i : kept) outs.add(next.get(i));
    outs.addAll(written.keySet());
    List<Value> results = outs.isEmpty() ? List.of() : run(kept, outs);
    var all = new ArrayList<Value>();
    for (int i = 0; i < carry.size(); i++) {
      all.add(kept.contains(i) ? results.get(kept.indexOf(i)) : init.get(i));
    }
    for (Value y : ys) {
      Value there = outside.get(y);
      int at = kept.size() + written.getOrDefault(y, 0);
      all.add(there != null ? there : results.get(at));
    }
    return all;
  }

  private List<Value> run(List<Integer> kept, List<Value> outs) {
    var read = new HashSet<Value>();
    for (Node n : Graph.nodes(outs)) read.addAll(n.outputs());
    // two steps of one sequence are one
    var slots = new LinkedHashMap<Value, Integer>();
    for (int i = 0; i < steps.size(); i++) {
      if (read.contains(steps.get(i))) slots.putIfAbsent(sequences.get(i), slots.size());
    }
    Loop.Result result =
        new Loop(scan.length(), scan.reverse(), lengths)
            .run(
                kept.stream().map(init::get).toList(),
                List.copyOf(slots.keySet()),
                (k, x) -> {
                  var map = new HashMap<Value, Value>();
                  for (int i = 0; i < k.size(); i++) map.put(carry.get(kept.get(i)), k.get(i));
                  for (int i = 0; i < steps.size(); i++) {
                    Integer slot = slots.get(sequences.get(i));
                    if (slot != null) map.put(steps.get(i), x.get(slot));
                  }
                  List<Value> now = Graph.substitute(outs, map);
                  return new Loop.Trip(now.subList(0, k.size()), now.subList(k.size(), now.size()));
                });
    Node built = (kept.isEmpty() ? result.ys() : result.carry()).get(0).node();
    return node.with(built.op(), built.inputs()).outputs(); // keeps name and origin
  }

  /** A carry that no step changes is what it was before the loop. */
  private void dropConstantCarries() {
    while (true) {
      var constant = new HashMap<Value, Value>();
      for (int i = 0; i < carry.size(); i++) {
        if (next.get(i).equals(carry.get(i))) constant.put(carry.get(i), init.get(i));
      }
      List<Value> before = outs();
      List<Value> now = Graph.substitute(before, constant);
      for (int i = 0; i < carry.size(); i++) {
        if (constant.containsKey(carry.get(i))) {
          now = new ArrayList<>(now);
          now.set(i, carry.get(i));
        }
      }
      if (now.equals(before)) return;
      set(now);
    }
  }

  /** Whether the loop, by writing the sequence out again, would change nothing. */
  private boolean isZeroWhereDead(Value sequence) {
    if (lengths.isEmpty()) return true;
    return switch (sequence.op()) {
      case Op.Scan s ->
          s.lengths()
              && sequence.index() >= s.carries()
              && s.length().equals(scan.length())
              && sequence.node().inputs().getLast().equals(lengths.get());
      case Op.Slice(int axis, Dim from, Dim to) ->
          axis > 1 && isZeroWhereDead(sequence.node().input(0));
      case Op.Concat(int axis) ->
          axis > 1 && sequence.node().inputs().stream().allMatch(this::isZeroWhereDead);
      default -> false; // not known to be: it is written again
    };
  }
}
