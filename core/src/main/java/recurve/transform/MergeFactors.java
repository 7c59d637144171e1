package recurve.transform;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Products with the same right side are one product and slices; so is the sum of its rows.
 *
 * <pre>
 *   A X, B X, Σᵢ X[i]  =  slices of [A; B; 1] X
 * </pre>
 *
 * <p>The gradients of all weights of a layer and of its bias: X, the gradient of its sums, is then
 * read once. Only where the left sides are transposed, so that they have to be written anew.
 */
final class MergeFactors {
  private final Map<Node, Integer> levels = new HashMap<>(); // steps after the inputs, at most
  private final Map<Value, List<Value>> products = new LinkedHashMap<>(); // by X
  private final Map<Value, List<Value>> sums = new HashMap<>();
  private final Map<Value, Value> merged = new HashMap<>();

  private MergeFactors(Graph g) {
    for (Node n : g.nodes()) {
      int level = 0;
      for (Value v : n.inputs()) level = Math.max(level, 1 + level(v));
      levels.put(n, level);
      if (n.op() instanceof Op.MatMul
          && n.input(1).rank() == 2
          && n.input(0).op() instanceof Op.Transpose) {
        products.computeIfAbsent(rows(n.input(1)), k -> new ArrayList<>()).add(n.output());
      } else if (n.op() instanceof Op.ReduceSum) {
        Value sum = n.output();
        summed(sum).ifPresent(x -> sums.computeIfAbsent(x, k -> new ArrayList<>()).add(sum));
      }
    }
    products.forEach(this::mergeWhatIsApart);
  }

  static Graph apply(Graph g) {
    Map<Value, Value> merged = new MergeFactors(g).merged;
    return new Graph(g.inputs(), Rewriter.replace(g.outputs(), merged), g.names());
  }

  private int level(Value v) {
    return levels.getOrDefault(v.node(), 0);
  }

  /**
   * Merges products of X in groups none of whose left sides can be computed from another member: a
   * left side that is comes later than that product.
   *
   * <p>Nor do groups wait for each other in a ring. A group's left sides come no later, and its X
   * earlier, than the first of what it computes; so what they are computed from comes earlier than
   * that, and the first of each group earlier than that of one which waits for it.
   */
  private void mergeWhatIsApart(Value rows, List<Value> all) {
    var sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingInt(this::level));
    var group = new ArrayList<Value>();
    for (Value product : sorted) {
      if (!group.isEmpty() && level(product.node().input(0)) > level(group.get(0))) {
        merge(rows, group);
        group.clear();
      }
      group.add(product);
    }
    merge(rows, group);
  }

  private void merge(Value rows, List<Value> all) {
    var parts = new ArrayList<Value>();
    for (Value product : all) parts.add(product.node().input(0));
    // a left side may be computed from a sum of the rows, too; each is computed by one group
    int latest = parts.stream().mapToInt(this::level).max().orElseThrow();
    List<Value> of =
        sums.getOrDefault(rows, List.of()).stream()
            .filter(sum -> level(sum) > latest && !merged.containsKey(sum))
            .toList();
    if (all.size() == 1 && of.isEmpty()) return;
    Value right = all.get(0).node().input(1);
    if (!of.isEmpty()) parts.add(Ops.constant(1, right.dtype(), Shape.of(Dim.ONE, right.dim(0))));
    Value whole = Ops.concat(0, parts).matmul(right);
    Dim at = Dim.ZERO;
    for (Value product : all) {
      Dim end = at.plus(product.dim(0));
      merged.put(product, whole.slice(0, at, end));
      at = end;
    }
    for (Value sum : of) merged.put(sum, whole.slice(0, at, whole.dim(0)).reshape(sum.shape()));
  }

  /** Of a sum of all rows those rows, whatever the axes along which they lie. */
  private static Optional<Value> summed(Value sum) {
    for (int axis = 0; axis < sum.rank() - 1; axis++) {
      if (!sum.dim(axis).equals(Dim.ONE)) return Optional.empty();
    }
    Value at = sum;
    while (true) {
      at = rows(at);
      if (!(at.op() instanceof Op.ReduceSum(int axis)) || axis == at.rank() - 1) break;
      at = at.node().input(0);
    }
    return at.equals(sum) ? Optional.empty() : Optional.of(at);
  }

  /** What lies behind reshapes that keep rows as they are. */
  private static Value rows(Value v) {
    if (!(v.op() instanceof Op.Reshape) || v.rank() == 0) return v;
    Value from = v.node().input(0);
    boolean same = from.rank() > 0 && from.dim(from.rank() - 1).equals(v.dim(v.rank() - 1));
    return same ? rows(from) : v;
  }
}
