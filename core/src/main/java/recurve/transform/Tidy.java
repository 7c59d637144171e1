package recurve.transform;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * Loops without repeated or pointless arguments and outputs: a carry that never changes, a sequence
 * that is only written out again, an output written twice.
 *
 * <p>And where a step joins values that are all written out, the joined value is written, and they
 * are its slices: so the factors of several weights' gradients are one factor. In the same way,
 * slices that make up a sequence enter as the sequence.
 */
final class Tidy {
  private Tidy() {}

  static Graph apply(Graph g) {
    return Walk.loops(g, Tidy::loop);
  }

  /** Where an output lies within a joined one. */
  private record Piece(int join, Dim from, Dim to, int axis) {}

  private static List<Value> loop(OpenLoop loop) {
    enterWhole(loop);
    int outs = loop.outs().size(), carries = loop.next().size();
    var varying = loop.varying();
    var written = new HashSet<>(loop.ys());
    var pieces = new HashMap<Value, Piece>();
    var joins = new HashSet<Value>();
    var ys = new ArrayList<>(loop.ys());
    var nodes = new ArrayList<>(Graph.nodes(loop.outs()));
    nodes.sort(Comparator.comparingInt((Node n) -> n.inputs().size()).reversed()); // largest first
    for (Node n : nodes) {
      if (!(n.op() instanceof Op.Concat(int axis)) || !varying.contains(n.output())) continue;
      if (axis == 0 && loop.lengths().isPresent()) continue; // the batch would not lead
      boolean free =
          n.inputs().stream()
              .allMatch(v -> written.contains(v) && !pieces.containsKey(v) && !joins.contains(v));
      if (!free || new HashSet<>(n.inputs()).size() < n.inputs().size()) continue;
      int join = ys.indexOf(n.output());
      if (join < 0) {
        join = ys.size();
        ys.add(n.output());
      }
      joins.add(n.output());
      Dim at = Dim.ZERO;
      for (Value v : n.inputs()) {
        Dim end = at.plus(v.dim(axis));
        pieces.put(v, new Piece(join, at, end, axis + 1));
        at = end;
      }
    }
    if (pieces.isEmpty()) return loop.close();
    // what is written as a piece of another is not written itself
    List<Value> old = loop.ys();
    for (int i = 0; i < old.size(); i++) {
      Piece p = pieces.get(old.get(i));
      if (p != null) ys.set(i, ys.get(p.join()));
    }
    var step = new ArrayList<>(loop.next());
    step.addAll(ys);
    loop.set(step);
    List<Value> results = new ArrayList<>(loop.close());
    for (int i = 0; i < old.size(); i++) {
      Piece p = pieces.get(old.get(i));
      if (p == null) continue;
      Value whole = results.get(carries + p.join());
      results.set(carries + i, whole.slice(p.axis(), p.from(), p.to()));
    }
    return results.subList(0, outs);
  }

  private static void enterWhole(OpenLoop loop) {
    var steps = new LinkedHashMap<Value, List<Value>>();
    for (Value step : loop.steps()) {
      Value sequence = loop.sequence(step);
      if (sequence.op() instanceof Op.Slice s && s.axis() > 0 && s.axis() == sequence.rank() - 1) {
        steps.computeIfAbsent(sequence.node().input(0), k -> new ArrayList<>()).add(step);
      }
    }
    var whole = new HashMap<Value, Value>();
    steps.forEach(
        (sequence, parts) -> {
          var slices = new ArrayList<Op.Slice>();
          for (Value part : parts) {
            if (loop.sequence(part).op() instanceof Op.Slice s) slices.add(s);
          }
          if (slices.size() < 2 || !Slices.cover(slices, sequence.dim(-1))) return;
          Value step = loop.step(sequence);
          for (int i = 0; i < parts.size(); i++) {
            Op.Slice s = slices.get(i);
            whole.put(parts.get(i), step.slice(-1, s.from(), s.to()));
          }
        });
    loop.replace(whole);
  }
}
