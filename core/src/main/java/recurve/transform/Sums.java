package recurve.transform;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/** The sums among some values: each with its terms, however they were bracketed. */
final class Sums {
  private final Map<Value, Integer> uses = new HashMap<>();
  private final List<Value> roots = new ArrayList<>();

  Sums(List<Value> outs) {
    List<Node> nodes = Graph.nodes(outs);
    var users = new HashMap<Value, Node>();
    for (Value v : outs) uses.merge(v, 2, Integer::sum); // as if read twice: it has to stay
    for (Node n : nodes) {
      for (Value v : n.inputs()) {
        uses.merge(v, 1, Integer::sum);
        users.put(v, n);
      }
    }
    for (Node n : nodes) {
      if (n.op() != Op.Binary.ADD) continue;
      Node user = users.getOrDefault(n.output(), n);
      boolean inner = uses(n.output()) == 1 && user.op() == Op.Binary.ADD;
      if (!inner) roots.add(n.output());
    }
  }

  /** How often a value is read; an output counts twice. */
  int uses(Value v) {
    return uses.getOrDefault(v, 0);
  }

  /** The sums that are not just a term of another. */
  List<Value> roots() {
    return roots;
  }

  /** The terms of a sum, from left to right. */
  List<Value> terms(Value root) {
    var terms = new ArrayList<Value>();
    var open = new ArrayDeque<Value>();
    open.push(root);
    while (!open.isEmpty()) {
      Value v = open.pop();
      if (v.op() == Op.Binary.ADD && (v.equals(root) || uses(v) == 1)) {
        open.push(v.node().input(1));
        open.push(v.node().input(0));
      } else {
        terms.add(v);
      }
    }
    return terms;
  }

  static Value sum(List<Value> terms) {
    return terms.stream().reduce(Value::plus).orElseThrow();
  }
}
