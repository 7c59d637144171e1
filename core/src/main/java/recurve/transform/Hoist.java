package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Value;

/**
 * Hoisting: what depends on the sequences and on constants only, and holds a product, is computed
 * for all steps at once before the loop.
 *
 * <pre>
 *   (x_t W + b) + h U  =  (h U + x_t W) + b       sums are regrouped by what their terms depend on
 *   x_t W for each t   =  (X W)_t
 * </pre>
 *
 * <p>A bias is added inside, where it costs as good as nothing beside the other terms; before the
 * loop it would be a pass over all steps by itself.
 *
 * <p>Rows that are dead at some step are computed too, from whatever the padding holds; the loop
 * does not look at them.
 */
final class Hoist {
  private Hoist() {}

  static Graph apply(Graph g) {
    return Walk.loops(g, Hoist::loop);
  }

  private static List<Value> loop(OpenLoop loop) {
    regroup(loop);
    hoist(loop);
    return loop.close();
  }

  private static void regroup(OpenLoop loop) {
    Set<Value> carried = loop.carried(), varying = loop.varying();
    var free = new HashSet<>(varying);
    free.removeAll(carried);
    var sums = new Sums(loop.outs());
    var regrouped = new HashMap<Value, Value>();
    var known = new HashMap<Value, Boolean>();
    for (Value root : sums.roots()) {
      if (!carried.contains(root)) continue;
      var terms = sums.terms(root);
      var onCarry = terms.stream().filter(carried::contains).toList();
      var onSteps = terms.stream().filter(free::contains).toList();
      var onNone = terms.stream().filter(v -> !varying.contains(v)).toList();
      boolean hoisted = onSteps.stream().anyMatch(v -> Lift.holdsProduct(v, free, known));
      if (hoisted ? onSteps.size() + onNone.size() < 2 : onNone.size() < 2) continue;
      var groups = new ArrayList<>(onCarry);
      if (hoisted) groups.add(Sums.sum(onSteps));
      else groups.addAll(onSteps);
      if (!onNone.isEmpty()) groups.add(Sums.sum(onNone));
      regrouped.put(root, Sums.sum(groups));
    }
    loop.replace(regrouped);
  }

  private static void hoist(OpenLoop loop) {
    Set<Value> carried = loop.carried(), varying = loop.varying();
    var free = new HashSet<>(varying);
    free.removeAll(carried);
    var known = new HashMap<Value, Value>();
    for (Value step : loop.steps()) known.put(step, loop.sequence(step));
    var lift = new Lift(loop.length(), varying, known);
    var products = new HashMap<Value, Boolean>();
    var hoisted = new HashMap<Value, Value>();
    Rows rows = loop.rows();
    // the largest values that can leave: those read by what cannot
    var read = new ArrayList<>(loop.outs());
    for (Node n : Graph.nodes(loop.outs())) {
      boolean leaves = n.outputs().stream().allMatch(v -> leaves(v, free, products, lift, rows));
      if (!leaves && n.outputs().stream().anyMatch(varying::contains)) read.addAll(n.inputs());
    }
    for (Value v : read) {
      if (hoisted.containsKey(v) || !leaves(v, free, products, lift, rows)) continue;
      Optional<Value> all = lift.of(v);
      all.ifPresent(sequence -> hoisted.put(v, loop.step(sequence)));
    }
    loop.replace(hoisted);
  }

  private static boolean leaves(
      Value v, Set<Value> free, Map<Value, Boolean> products, Lift lift, Rows rows) {
    return Lift.holdsProduct(v, free, products) && rows.leads(v) && lift.of(v).isPresent();
  }
}
