package recurve.transform;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Value;

/**
 * A sum of products by constants is one product: {@code a A + b B = [a b] [A; B]}.
 *
 * <p>Done in a loop only and after hoisting. Of three ways (not at all; those left sides that occur
 * in the same sums; all of a sum) that is taken which leaves the fewest different left sides: where
 * one is also multiplied by itself, joining it would multiply twice.
 */
final class SumOfProducts {
  /** The products of one sum, left side to right side, and its other terms. */
  private record Found(Value root, Map<Value, Value> products, List<Value> rest, boolean sinks) {}

  /** A way to join: the parts of a sum's left sides that become one product each. */
  private interface Plan {
    Collection<Set<Value>> parts(Found sum);
  }

  private SumOfProducts() {}

  static Graph apply(Graph g) {
    return Walk.loops(
        g,
        loop -> {
          join(loop);
          return loop.close();
        });
  }

  private static void join(OpenLoop loop) {
    Set<Value> varying = loop.varying();
    var needed = new HashSet<Value>();
    for (Node n : Graph.nodes(loop.next())) needed.addAll(n.outputs());
    var sums = new Sums(loop.outs());
    var found = new ArrayList<Found>();
    var inSums = new HashSet<Value>();
    for (Value root : sums.roots()) {
      if (!varying.contains(root)) continue;
      Found f = find(root, sums, varying, needed, loop.order());
      if (f.products().isEmpty()) continue;
      found.add(f);
      inSums.addAll(sums.terms(root));
    }
    // products by themselves that stay in the loop
    var alone = new HashSet<Set<Value>>();
    for (Node n : Graph.nodes(loop.next())) {
      boolean product = isProduct(n.output(), varying);
      boolean joins = inSums.contains(n.output()) && sums.uses(n.output()) == 1;
      if (product && !joins) alone.add(Set.of(n.input(0)));
    }
    Plan plan = cheapest(found.stream().filter(f -> !f.sinks()).toList(), alone);
    var joined = new HashMap<Value, Value>();
    for (Found f : found) {
      // what only outputs need sinks, and is best one product by itself
      Collection<Set<Value>> parts = f.sinks() ? List.of(f.products().keySet()) : plan.parts(f);
      int terms = sums.terms(f.root()).size();
      if (parts.size() + f.rest().size() < terms) joined.put(f.root(), join(f, parts));
    }
    loop.replace(joined);
  }

  /** The plan that leaves the fewest left sides, hence, once these are merged, products. */
  private static Plan cheapest(List<Found> sums, Set<Set<Value>> alone) {
    // left sides that occur in the same sums
    var occurs = new HashMap<Value, Set<Value>>();
    for (Found f : sums) {
      for (Value left : f.products().keySet()) {
        occurs.computeIfAbsent(left, k -> new HashSet<>()).add(f.root());
      }
    }
    Plan none = f -> f.products().keySet().stream().map(Set::of).toList();
    Plan together =
        f -> {
          var groups = new LinkedHashMap<List<Object>, Set<Value>>();
          for (Value left : f.products().keySet()) {
            List<Object> key = List.of(occurs.get(left), alone.contains(Set.of(left)));
            groups.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(left);
          }
          return groups.values();
        };
    Plan all = f -> List.of(f.products().keySet());
    return Stream.of(none, together, all)
        .min(Comparator.comparingInt(plan -> count(plan, sums, alone)))
        .orElseThrow();
  }

  private static int count(Plan plan, List<Found> sums, Set<Set<Value>> alone) {
    var lefts = new HashSet<>(alone);
    for (Found f : sums) lefts.addAll(plan.parts(f));
    return lefts.size();
  }

  private static Found find(
      Value root, Sums sums, Set<Value> varying, Set<Value> needed, Order order) {
    var products = new ArrayList<Value>();
    var rest = new ArrayList<Value>();
    for (Value term : sums.terms(root)) {
      (isProduct(term, varying) && sums.uses(term) == 1 ? products : rest).add(term);
    }
    products.sort((a, b) -> order.compare(a.node().input(1), b.node().input(1)));
    var byLeft = new LinkedHashMap<Value, Value>();
    for (Value p : products) byLeft.merge(p.node().input(0), p.node().input(1), Value::plus);
    return new Found(root, byLeft, rest, !needed.contains(root));
  }

  private static Value join(Found f, Collection<Set<Value>> parts) {
    int last = f.root().rank() - 1;
    var terms = new ArrayList<Value>();
    for (Set<Value> part : parts) {
      Value left = Ops.concat(last, List.copyOf(part));
      Value right = Ops.concat(0, part.stream().map(f.products()::get).toList());
      terms.add(left.matmul(right));
    }
    terms.addAll(f.rest());
    return Sums.sum(terms);
  }

  /** A product of something in the loop by a matrix from outside. */
  static boolean isProduct(Value v, Set<Value> varying) {
    return v.op() instanceof Op.MatMul
        && varying.contains(v.node().input(0))
        && !varying.contains(v.node().input(1))
        && v.node().input(1).rank() == 2;
  }
}
