package recurve.transform;

import java.util.HashMap;
import java.util.List;
import java.util.function.Function;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/** Rebuilds a graph from its inputs to its outputs. */
final class Walk {
  private Walk() {}

  /** What stands in a node's place, given its rewritten arguments. */
  interface Rule {
    List<Value> apply(Node n, List<Value> args);
  }

  /** Applies a rule to every node but the inputs. */
  static Graph nodes(Graph g, Rule rule) {
    var now = new HashMap<Value, Value>();
    for (Node n : g.nodes()) {
      if (n.op() instanceof Op.Input) continue;
      List<Value> args = n.inputs().stream().map(v -> now.getOrDefault(v, v)).toList();
      List<Value> outs = rule.apply(n, args);
      for (int i = 0; i < n.outputs().size(); i++) now.put(n.outputs().get(i), outs.get(i));
    }
    return new Graph(
        g.inputs(), g.outputs().stream().map(v -> now.getOrDefault(v, v)).toList(), g.names());
  }

  /** Applies a pass to every loop, the innermost first; it yields the loop's outputs. */
  static Graph loops(Graph g, Function<OpenLoop, List<Value>> pass) {
    if (g.nodes().stream().noneMatch(n -> n.op() instanceof Op.Scan)) return g;
    var order = new Order(g.inputs());
    return nodes(
        g,
        (n, args) -> {
          if (n.op() instanceof Op.Scan s) {
            Node inner = n.with(with(s, loops(s.body(), pass)), args);
            return pass.apply(OpenLoop.of(inner, order));
          }
          return same(n, args);
        });
  }

  /** The node itself if its arguments are still the same, else it again with the new ones. */
  static List<Value> same(Node n, List<Value> args) {
    return args.equals(n.inputs()) ? n.outputs() : n.with(args).outputs();
  }

  /** The loop with another body of the same interface. */
  static Op.Scan with(Op.Scan s, Graph body) {
    return new Op.Scan(body, s.consts(), s.carries(), s.length(), s.reverse(), s.lengths());
  }
}
