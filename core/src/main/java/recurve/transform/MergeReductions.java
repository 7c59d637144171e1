package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * Sums of all the slices of a value, along another axis, are slices of its sum: {@code Σ Z[:, i:j]
 * = (Σ Z)[:, i:j]}. So the gradients of several biases are one reduction.
 */
final class MergeReductions {
  private record Group(Value whole, int sliced, int summed) {}

  private MergeReductions() {}

  static Graph apply(Graph g) {
    var groups = new LinkedHashMap<Group, List<Node>>();
    for (Node n : g.nodes()) {
      if (n.op() instanceof Op.ReduceSum(int summed)
          && n.input(0).op() instanceof Op.Slice s
          && s.axis() != summed) {
        var group = new Group(n.input(0).node().input(0), s.axis(), summed);
        groups.computeIfAbsent(group, k -> new ArrayList<>()).add(n);
      }
    }
    var merged = new HashMap<Value, Value>();
    groups.forEach((group, sums) -> merge(group, sums, merged));
    return new Graph(g.inputs(), Rewriter.replace(g.outputs(), merged), g.names());
  }

  private static void merge(Group group, List<Node> sums, Map<Value, Value> merged) {
    if (sums.size() < 2) return;
    var slices = new ArrayList<Op.Slice>();
    for (Node n : sums) if (n.input(0).op() instanceof Op.Slice s) slices.add(s);
    if (!Slices.cover(slices, group.whole().dim(group.sliced()))) return;
    Value sum = group.whole().sum(group.summed());
    for (Node n : sums) {
      if (n.input(0).op() instanceof Op.Slice(int axis, Dim from, Dim to)) {
        merged.put(n.output(), sum.slice(axis, from, to));
      }
    }
  }
}
