package recurve.backend.vector;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * Turns a loop into a {@link Loop}.
 *
 * <p>Steps of sequences are read and written in place. A carry that is also stacked, before or
 * after the step, lives in the stack itself, which is one step longer than the loop: nothing is
 * copied from step to step. Other carries have a place of their own, overwritten as a step ends.
 *
 * <p>Where rows have lengths, a loop whose rows are apart leaves out those that have ended. Another
 * one computes them all, from zeros, and keeps nothing of it: see {@link Alive}.
 */
final class LoopLowering {
  private final Lowering outer;
  private final Op.Scan scan;
  private final Node node;
  private final int steps;
  private final Optional<View> lengths;

  LoopLowering(Lowering outer, Op.Scan scan, Node node) {
    this.outer = outer;
    this.scan = scan;
    this.node = node;
    this.steps = outer.context().bind(scan.length());
    this.lengths =
        scan.lengths()
            ? Optional.of(outer.contiguous(outer.view(node.inputs().getLast())))
            : Optional.empty();
  }

  /** Where a carry lies: as the step finds it, as it leaves it, and after the loop. */
  private record Place(View found, View left, View last, Optional<Stack> stack) {}

  /** All values that a carry takes, as the steps find it and as they leave it. */
  private record Stack(View found, View left) {}

  void lower() {
    List<Value> in = scan.body().inputs();
    int nc = scan.consts(), nk = scan.carries();
    List<Value> invariants = invariants(in.subList(nc, in.size()));
    var places = new ArrayList<Place>();
    for (int i = 0; i < nk; i++) places.add(place(i));
    var stacks = new ArrayList<View>();
    for (int j = 0; j < scan.ys(); j++) stacks.add(stack(j, places));

    Body body = body(invariants, places, stacks, false);
    Optional<Loop.Ends> ends = Optional.empty();
    if (lengths.isPresent()) {
      var apart = new Loop.Ends(lengths.get(), body.commit(), zeros(stacks));
      if (Loop.rowsAreApart(concat(body.compute(), apart.all()))) ends = Optional.of(apart);
      else body = body(invariants, places, stacks, true);
    }
    List<Instruction> code =
        ends.isPresent() ? body.compute() : concat(body.compute(), body.commit());
    outer.emit(new Loop(code, steps, scan.reverse(), outer.depth(), ends));
    for (int i = 0; i < nk; i++) outer.give(node.outputs().get(i), places.get(i).last());
    for (int j = 0; j < scan.ys(); j++) outer.give(node.outputs().get(nk + j), stacks.get(j));
  }

  private static List<Instruction> concat(List<Instruction> first, List<Instruction> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  /** What rows that have ended yield. */
  private List<Instruction> zeros(List<View> stacks) {
    var zeros = new ArrayList<Instruction>();
    for (View stack : stacks) {
      View y = stack.step(outer.depth());
      zeros.add(new Copy(View.constant(y.dtype(), 0, y.dims()), y));
    }
    return zeros;
  }

  /** The instructions of a step, and those that make what it computed the carries of the next. */
  private record Body(List<Instruction> compute, List<Instruction> commit) {}

  /**
   * The instructions of a step.
   *
   * @param all whether they run on rows that have ended, too
   */
  private Body body(List<Value> invariants, List<Place> places, List<View> stacks, boolean all) {
    Lowering inner = outer.inner(steps, lengths.isPresent());
    List<Value> in = scan.body().inputs(), out = scan.body().outputs();
    int nc = scan.consts(), nk = scan.carries();
    for (int i = 0; i < nc; i++) inner.giveConstant(in.get(i), outer.place(node.input(i)));
    for (Value v : invariants) inner.giveConstant(v, outer.place(v));
    for (int i = 0; i < nk; i++) inner.give(in.get(nc + i), places.get(i).found());
    for (int i = nc + nk; i < in.size(); i++) {
      View x = outer.view(node.input(i)).step(outer.depth());
      inner.give(in.get(i), all ? alive(inner, x) : x);
    }
    for (int i = 0; i < nk; i++) {
      if (places.get(i).stack().isPresent()) inner.wish(out.get(i), places.get(i).left());
    }
    for (int j = 0; j < scan.ys(); j++) {
      if (!all && !isShared(stacks.get(j), places)) {
        inner.wish(out.get(nk + j), stacks.get(j).step(outer.depth()));
      }
    }

    inner.lower(out);

    for (int i = 0; i < nk; i++) {
      if (places.get(i).stack().isPresent()) inner.deliver(out.get(i), places.get(i).left());
    }
    for (int j = 0; j < scan.ys(); j++) {
      if (isShared(stacks.get(j), places)) continue;
      View y = stacks.get(j).step(outer.depth());
      if (all) inner.emit(alive(inner.view(out.get(nk + j)), y, true));
      else inner.deliver(out.get(nk + j), y);
    }
    List<Instruction> commit = commit(inner, places, all);
    return new Body(inner.code(), commit);
  }

  /** Computes, before the loop, values of its body that depend on constants only. */
  private List<Value> invariants(List<Value> varying) {
    List<Value> outs = scan.body().outputs();
    Set<Value> inside = Graph.dependents(outs, varying);
    var border = new HashSet<Value>();
    var list = new ArrayList<Value>();
    for (Node n : Graph.nodes(outs)) {
      if (n.outputs().stream().noneMatch(inside::contains)) continue;
      for (Value v : n.inputs()) if (!inside.contains(v) && border.add(v)) list.add(v);
    }
    for (Value v : outs) if (!inside.contains(v) && border.add(v)) list.add(v);
    list.removeIf(
        v ->
            v.op() instanceof Op.Input
                || v.op() instanceof Op.Constant
                || v.op() instanceof Op.Range);
    for (int i = 0; i < scan.consts(); i++) {
      outer.give(scan.body().inputs().get(i), outer.place(node.input(i)));
    }
    outer.lower(list);
    return list;
  }

  private Place place(int carry) {
    Value found = scan.body().inputs().get(scan.consts() + carry);
    Value left = scan.body().outputs().get(carry);
    View init = outer.view(node.input(scan.consts() + carry));
    List<Value> ys = scan.body().outputs().subList(scan.carries(), scan.body().outputs().size());
    int[] dims = outer.context().dims(found);
    if (lengths.isPresent() || !(ys.contains(found) || ys.contains(left))) {
      View only = outer.fresh(found.dtype(), dims);
      outer.emit(new Copy(init, only));
      return new Place(only, outer.fresh(found.dtype(), dims), only, Optional.empty());
    }
    int[] longer = new int[dims.length + 1];
    longer[0] = steps + 1;
    System.arraycopy(dims, 0, longer, 1, dims.length);
    View all = outer.fresh(found.dtype(), longer);
    View early = all.slice(0, 0, steps), late = all.slice(0, 1, steps + 1);
    var stack = scan.reverse() ? new Stack(late, early) : new Stack(early, late);
    View first = index(all, scan.reverse() ? steps : 0);
    View last = index(all, scan.reverse() ? 0 : steps);
    outer.emit(new Copy(init, first));
    int d = outer.depth();
    return new Place(stack.found().step(d), stack.left().step(d), last, Optional.of(stack));
  }

  private static View index(View stack, int i) {
    View v = stack.slice(0, i, i + 1);
    int[] d = new int[v.rank() - 1], s = new int[v.rank() - 1];
    System.arraycopy(v.dims(), 1, d, 0, d.length);
    System.arraycopy(v.strides(), 1, s, 0, s.length);
    return new View(v.buffer(), v.offset(), d, s, v.loops());
  }

  /** Where an output of the loop is stacked. */
  private View stack(int j, List<Place> places) {
    Value y = scan.body().outputs().get(scan.carries() + j);
    for (int i = 0; i < places.size(); i++) {
      Optional<Stack> stack = places.get(i).stack();
      if (stack.isEmpty()) continue;
      if (y.equals(scan.body().inputs().get(scan.consts() + i))) return stack.get().found();
      if (y.equals(scan.body().outputs().get(i))) return stack.get().left();
    }
    Value whole = node.outputs().get(scan.carries() + j);
    return outer.fresh(whole.dtype(), outer.context().dims(whole));
  }

  private static boolean isShared(View stack, List<Place> places) {
    return places.stream()
        .anyMatch(p -> p.stack().isPresent() && p.stack().get().found().buffer() == stack.buffer());
  }

  /** One step of a sequence with zeros in the rows that have ended: padding may hold anything. */
  private View alive(Lowering inner, View x) {
    View step = inner.fresh(x.dtype(), x.dims());
    inner.emit(alive(x, step, true));
    return step;
  }

  private Alive alive(View from, View to, boolean zero) {
    return new Alive(from, to, lengths.orElseThrow(), outer.depth(), zero);
  }

  /** Carries that are not stacked become what the step made of them. */
  private List<Instruction> commit(Lowering inner, List<Place> places, boolean all) {
    var moves = new ArrayList<Instruction>();
    for (int i = 0; i < places.size(); i++) {
      Place p = places.get(i);
      if (p.stack().isPresent()) continue;
      View next = inner.view(scan.body().outputs().get(i));
      View own = p.found();
      if (next == own) continue;
      boolean another = places.stream().anyMatch(q -> q.found().buffer() == next.buffer());
      View from = next;
      if (another) { // it may be overwritten before it is read
        from = p.left();
        inner.emit(new Copy(next, from));
      }
      moves.add(all ? alive(from, own, false) : new Copy(from, own));
    }
    return moves;
  }
}
