package recurve.transform;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Value;

/**
 * Splitting: a product of joined values, some of which leave the loop, becomes a sum of products,
 * and a product that is read in slices becomes a product for each.
 *
 * <pre>
 *   [a b] W = a W[:k] + b W[k:]       where a and b depend on different arguments of the loop
 *   (a W)[:, i:j] = a (W[:, i:j])
 * </pre>
 *
 * <p>It comes before hoisting, so that the part which can leave does, and before the joins, which
 * put together again what stays.
 */
final class Split {
  private Split() {}

  static Graph apply(Graph g) {
    return Walk.loops(
        g,
        loop -> {
          columns(loop);
          rows(loop);
          return loop.close();
        });
  }

  /** Slices of a product, where nothing else reads it. */
  private static void columns(OpenLoop loop) {
    Set<Value> varying = loop.varying();
    var read = new HashSet<Value>(loop.outs());
    var slices = new HashMap<Value, List<Node>>();
    for (Node n : Graph.nodes(loop.outs())) {
      for (Value v : n.inputs()) {
        boolean columns = n.op() instanceof Op.Slice s && s.axis() == v.rank() - 1;
        if (!columns) read.add(v);
        else slices.computeIfAbsent(v, k -> new ArrayList<>()).add(n);
      }
    }
    var split = new HashMap<Value, Value>();
    slices.forEach(
        (product, users) -> {
          if (!SumOfProducts.isProduct(product, varying) || read.contains(product)) return;
          Value left = product.node().input(0), right = product.node().input(1);
          for (Node n : users) {
            if (n.op() instanceof Op.Slice(int axis, Dim from, Dim to)) {
              split.put(n.output(), left.matmul(right.slice(1, from, to)));
            }
          }
        });
    loop.replace(split);
  }

  /** Joined values that leave the loop together, or stay, and the rows that multiply them. */
  private record Part(List<Value> values, List<Value> weights) {
    Value product(int axis) {
      return Ops.concat(axis, values).matmul(Ops.concat(0, weights));
    }
  }

  private enum Needs {
    CARRY,
    STEP,
    NOTHING
  }

  private static void rows(OpenLoop loop) {
    Set<Value> carried = loop.carried(), varying = loop.varying();
    var split = new HashMap<Value, Value>();
    for (Node n : Graph.nodes(loop.outs())) {
      if (!SumOfProducts.isProduct(n.output(), varying)) continue;
      Value left = n.input(0), right = n.input(1);
      if (!(left.op() instanceof Op.Concat(int axis)) || axis != left.rank() - 1) continue;
      var parts = new EnumMap<Needs, Part>(Needs.class);
      Dim at = Dim.ZERO;
      for (Value v : left.node().inputs()) {
        Needs needs =
            carried.contains(v) ? Needs.CARRY : varying.contains(v) ? Needs.STEP : Needs.NOTHING;
        Dim end = at.plus(v.dim(axis));
        Part part =
            parts.computeIfAbsent(needs, k -> new Part(new ArrayList<>(), new ArrayList<>()));
        part.values().add(v);
        part.weights().add(right.slice(0, at, end));
        at = end;
      }
      if (parts.size() < 2) continue;
      List<Value> products = parts.values().stream().map(part -> part.product(axis)).toList();
      split.put(n.output(), Sums.sum(products));
    }
    loop.replace(split);
  }
}
