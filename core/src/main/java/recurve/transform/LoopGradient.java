package recurve.transform;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * The gradient of a loop.
 *
 * <pre>
 *   forward   (k', y) = f(w, k, x)     for each step, and what the gradient reads is written out
 *   gradient  (dk, dx, a, b) = g(w, saved, x, dk', dy)     in the other direction
 *   after it  dw = Σ_t a_t^T b_t      one product of the stacked factors
 * </pre>
 *
 * <p>Saved are results of products, reductions, random draws and transcendental functions that the
 * gradient reads, and carries; the rest (sums, gates' complements, comparisons, joins) is computed
 * again from those, from the sequences and from the constants.
 *
 * <p>With lengths, a dead row changes nothing: its cotangent passes through the loop unchanged, and
 * every factor leaves the loop as an output, zero where dead, even if it is a sequence that the
 * caller holds anyway. So padding, whatever it is filled with, reaches no gradient.
 */
final class LoopGradient {
  private final Node loop;
  private final Op.Scan scan;
  private final List<Value> consts;
  private final List<Value> carry;
  private final List<Value> xs;

  LoopGradient(Node loop, Op.Scan scan) {
    this.loop = loop;
    this.scan = scan;
    List<Value> inputs = scan.body().inputs();
    this.consts = inputs.subList(0, scan.consts());
    this.carry = inputs.subList(scan.consts(), scan.consts() + scan.carries());
    this.xs = inputs.subList(scan.consts() + scan.carries(), inputs.size());
  }

  void pull(Pullback to) {
    List<Value> inputs = scan.body().inputs();
    Set<Value> inside = Pullback.activeInside(scan, i -> to.isActive(loop.input(i)));

    // one step's transpose: from cotangents of the next carry and of y to those of the inputs
    var dCarry = placeholders(carry.stream().filter(inside::contains).toList(), "d");
    var dYs = new LinkedHashMap<Integer, Value>(); // by output of the loop
    var cotangents = new HashMap<Value, Value>();
    for (int i = 0; i < loop.outputs().size(); i++) {
      Value out = scan.body().outputs().get(i);
      if (i < scan.carries()) {
        Value d = dCarry.get(carry.get(i));
        if (d != null) cotangents.merge(out, d, Value::plus);
      } else if (to.hasCotangent(loop.outputs().get(i))) {
        Value d = Ops.input("dy" + i, out.dtype(), out.shape());
        dYs.put(i, d);
        cotangents.merge(out, d, Value::plus);
      }
    }
    List<Value> wanted = inputs.stream().filter(inside::contains).toList();
    Pullback.Result step = Pullback.of(scan.body().outputs(), cotangents, wanted);
    var gradients = new LinkedHashMap<Value, Value>();
    for (int i = 0; i < wanted.size(); i++) {
      Optional<Value> d = step.gradients().get(i);
      if (d.isPresent()) gradients.put(wanted.get(i), d.get());
    }

    // what the gradient's loop yields: the carry's cotangent; dx; factors of the constants'
    var roots = new ArrayList<Value>(carry);
    roots.addAll(xs);
    roots.addAll(dCarry.values());
    roots.addAll(dYs.values());
    var rows = new Rows(scan.lengths(), roots);
    var sums = new TimeSum(scan, rows, Graph.dependents(gradients.values(), roots));
    var dConsts = new LinkedHashMap<Value, Value>();
    for (Value c : consts) {
      if (gradients.containsKey(c)) dConsts.put(c, sums.of(gradients.get(c)));
    }
    boolean mixes =
        Graph.nodes(step.outs()).stream().flatMap(n -> n.outputs().stream()).anyMatch(rows::mixes);
    if (mixes || sums.mixesRows()) {
      masked(to);
      return;
    }
    var back = new ArrayList<Value>();
    dCarry.forEach((c, d) -> back.add(gradients.getOrDefault(c, d.like(0))));
    List<Value> dXs = xs.stream().filter(gradients::containsKey).toList();
    for (Value x : dXs) back.add(gradients.get(x));
    back.addAll(sums.stacks().keySet());

    List<Value> saved = saved(step.outs(), back);
    Node forward = forward(step.outs(), saved, rows, to);
    List<Value> results = backward(to, forward, saved, rows, dCarry, dYs, back);

    var outer = new HashMap<Value, Value>();
    for (int i = 0; i < consts.size(); i++) outer.put(consts.get(i), loop.input(i));
    int at = 0;
    for (Value c : dCarry.keySet()) {
      Value d = results.get(at++);
      to.give(loop.input(scan.consts() + carry.indexOf(c)), () -> d);
    }
    for (Value x : dXs) {
      Value d = results.get(at++);
      to.give(loop.input(scan.consts() + scan.carries() + xs.indexOf(x)), () -> d);
    }
    for (Value stack : sums.stacks().values()) outer.put(stack, results.get(at++));
    List<Value> totals = Graph.substitute(List.copyOf(dConsts.values()), outer);
    at = 0;
    for (Value c : dConsts.keySet()) {
      Value d = totals.get(at++);
      to.give(loop.input(consts.indexOf(c)), () -> d);
    }
  }

  /** The loop again, which now also writes what the gradient reads. */
  private Node forward(List<Value> outs, List<Value> saved, Rows rows, Pullback to) {
    var all = new ArrayList<>(outs);
    for (Value v : saved) all.add(rows.lead(v));
    Graph body = new Graph(scan.body().inputs(), all);
    var op =
        new Op.Scan(
            body, scan.consts(), scan.carries(), scan.length(), scan.reverse(), scan.lengths());
    Node forward = loop.with(op, loop.inputs());
    for (int i = 0; i < loop.outputs().size(); i++) {
      to.replace(loop.outputs().get(i), forward.outputs().get(i));
    }
    return forward;
  }

  /**
   * The loop in the other direction, over what was saved, the sequences, and the outputs'
   * cotangents.
   */
  private List<Value> backward(
      Pullback to,
      Node forward,
      List<Value> saved,
      Rows rows,
      Map<Value, Value> dCarry,
      Map<Integer, Value> dYs,
      List<Value> back) {
    var init = new ArrayList<Value>();
    for (Value c : dCarry.keySet()) {
      Value last = loop.outputs().get(carry.indexOf(c));
      init.add(to.hasCotangent(last) ? to.cotangent(last) : last.like(0));
    }
    var inner = new ArrayList<Value>(xs);
    var sequences = new ArrayList<Value>();
    int first = scan.consts() + scan.carries();
    sequences.addAll(loop.inputs().subList(first, first + xs.size()));
    inner.addAll(saved);
    int outs = loop.outputs().size();
    sequences.addAll(forward.outputs().subList(outs, outs + saved.size()));
    dYs.forEach(
        (i, d) -> {
          inner.add(d);
          sequences.add(to.cotangent(loop.outputs().get(i)));
        });
    Set<Value> read = reads(back, inner);
    for (int i = inner.size() - 1; i >= 0; i--) {
      if (read.contains(inner.get(i))) continue;
      inner.remove(i);
      sequences.remove(i);
    }
    Optional<Value> lengths =
        scan.lengths() ? Optional.of(loop.inputs().getLast()) : Optional.empty();
    Loop.Result result =
        new Loop(scan.length(), !scan.reverse(), lengths)
            .run(
                init,
                sequences,
                (k, x) -> {
                  var map = new HashMap<Value, Value>();
                  for (int i = 0; i < consts.size(); i++) map.put(consts.get(i), loop.input(i));
                  int at = 0;
                  for (Value d : dCarry.values()) map.put(d, k.get(at++));
                  for (int i = 0; i < inner.size(); i++) {
                    Value v = inner.get(i);
                    boolean turned = saved.contains(v);
                    map.put(v, turned ? rows.restore(x.get(i), v, false) : x.get(i));
                  }
                  List<Value> now = Graph.substitute(back, map);
                  return new Loop.Trip(
                      now.subList(0, init.size()), now.subList(init.size(), now.size()));
                });
    var all = new ArrayList<>(result.carry());
    all.addAll(result.ys());
    if (all.isEmpty()) return all;
    return all.get(0).node().named("gradient").outputs();
  }

  /** Which of some values are read, where reading stops at them. */
  private static Set<Value> reads(List<Value> outs, List<Value> stops) {
    var at = new HashSet<>(stops);
    var found = new HashSet<Value>();
    var seen = new HashSet<Node>();
    var open = new ArrayDeque<>(outs);
    while (!open.isEmpty()) {
      Value v = open.pop();
      if (at.contains(v)) found.add(v);
      else if (seen.add(v.node())) open.addAll(v.node().inputs());
    }
    return found;
  }

  /** The values of one forward step that the loop must write out for its gradient. */
  private List<Value> saved(List<Value> outs, List<Value> back) {
    List<Node> nodes = Graph.nodes(outs);
    var forward = new HashSet<Value>(scan.body().inputs());
    for (Node n : nodes) forward.addAll(n.outputs());
    Set<Value> needed = reads(back, List.copyOf(forward));
    var varying = new ArrayList<Value>(carry);
    varying.addAll(xs);
    Set<Value> varies = Graph.dependents(outs, varying);
    var saved = new ArrayList<Value>();
    for (Value c : carry) if (needed.contains(c)) saved.add(c);
    var known = new HashSet<Value>(xs);
    known.addAll(saved);
    for (Node n : nodes) {
      if (n.op() instanceof Op.Input) continue;
      boolean again =
          isCheap(n.op())
              && n.inputs().stream().allMatch(v -> known.contains(v) || !varies.contains(v));
      for (Value v : n.outputs()) {
        if (!varies.contains(v)) continue;
        boolean save = needed.contains(v) && !again;
        if (save) saved.add(v);
        if (save || again) known.add(v);
      }
    }
    return saved;
  }

  /** Whether computing it again costs less than writing and reading it. */
  private static boolean isCheap(Op op) {
    return switch (op) {
      case Op.Input i -> true;
      case Op.Constant c -> true;
      case Op.Range r -> true;
      case Op.RandomUniform r -> false;
      case Op.Unary u ->
          switch (u) {
            case NEG, STOP_GRADIENT -> true;
            case EXP, LOG, SQRT, TANH, SIGMOID -> false;
          };
      case Op.Cast c -> true;
      case Op.Binary b -> true;
      case Op.Where w -> true;
      case Op.MatMul m -> false;
      case Op.ReduceSum r -> false;
      case Op.ReduceMax r -> false;
      case Op.Reshape r -> true;
      case Op.Transpose t -> true;
      case Op.Expand e -> true;
      case Op.Concat c -> true;
      case Op.Slice s -> true;
      case Op.Pad p -> true;
      case Op.Gather g -> false;
      case Op.ScatterND s -> false;
      case Op.Scan s -> false;
    };
  }

  /**
   * The gradient where the step mixes the rows of the batch, or the gradient itself does, as that
   * of a loop within the step over weights that differ from turn to turn: that of the same loop
   * without lengths, which chooses between old and new values by itself and reads zeros in place of
   * padding.
   */
  private void masked(Pullback to) {
    Value lengths = loop.inputs().getLast();
    int first = scan.consts(), then = first + carry.size();
    var sequences = new ArrayList<>(loop.inputs().subList(then, then + xs.size()));
    sequences.add(Ops.range(0, DType.I32, Shape.of(scan.length(), lengths.dim(0))));
    Loop.Result result =
        new Loop(scan.length(), scan.reverse(), Optional.empty())
            .run(
                loop.inputs().subList(first, then),
                sequences,
                (k, x) -> {
                  Value alive = x.getLast().less(lengths); // [B]
                  var map = new HashMap<Value, Value>();
                  for (int i = 0; i < first; i++) map.put(consts.get(i), loop.input(i));
                  for (int i = 0; i < k.size(); i++) map.put(carry.get(i), k.get(i));
                  for (int i = 0; i < xs.size(); i++) {
                    Value v = x.get(i);
                    map.put(xs.get(i), choose(alive, v, v.like(0)));
                  }
                  List<Value> outs = Graph.substitute(scan.body().outputs(), map);
                  var now = new ArrayList<Value>();
                  for (int i = 0; i < outs.size(); i++) {
                    Value out = outs.get(i);
                    now.add(choose(alive, out, i < k.size() ? k.get(i) : out.like(0)));
                  }
                  return new Loop.Trip(now.subList(0, k.size()), now.subList(k.size(), now.size()));
                });
    Node plain = (carry.isEmpty() ? result.ys() : result.carry()).get(0).node();
    for (int i = 0; i < loop.outputs().size(); i++) {
      to.stand(plain.outputs().get(i), loop.outputs().get(i));
    }
    if (plain.op() instanceof Op.Scan s) new LoopGradient(plain, s).pull(to);
  }

  /** {@code alive ? a : b}, by row. */
  private static Value choose(Value alive, Value a, Value b) {
    Shape rows = alive.shape();
    while (rows.rank() < a.rank()) rows = rows.insert(rows.rank(), Dim.ONE);
    return alive.reshape(rows).where(a, b);
  }

  private static Map<Value, Value> placeholders(List<Value> values, String prefix) {
    var map = new LinkedHashMap<Value, Value>();
    for (Value v : values) {
      map.put(v, Ops.input(prefix + Graph.nameOf(v), v.dtype(), v.shape()));
    }
    return map;
  }
}
