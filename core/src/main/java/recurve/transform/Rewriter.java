package recurve.transform;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.Node;
import recurve.ir.Value;

/**
 * Rebuilds values after some have been replaced, where the replacements are themselves rewritten.
 *
 * <p>A replacement may read other replaced values, but not the value that it replaces.
 */
public final class Rewriter {
  private final Map<Value, Value> replacements;
  private final Map<Node, Node> done = new HashMap<>();

  private Rewriter(Map<Value, Value> replacements) {
    this.replacements = replacements;
  }

  /** The values, made of the replacements in place of what these replace. */
  public static List<Value> replace(List<Value> outs, Map<Value, Value> replacements) {
    if (replacements.isEmpty()) return outs;
    var rewriter = new Rewriter(replacements);
    return outs.stream().map(rewriter::rewrite).toList();
  }

  private Value rewrite(Value out) {
    var stack = new ArrayDeque<Node>();
    stack.push(resolve(out).node());
    while (!stack.isEmpty()) { // an explicit stack: unrolled graphs are deep
      Node n = stack.peek();
      boolean ready = true;
      if (!done.containsKey(n)) {
        for (Value v : n.inputs()) {
          Node arg = resolve(v).node();
          if (done.containsKey(arg)) continue;
          stack.push(arg);
          ready = false;
          break;
        }
      }
      if (!ready) continue;
      stack.pop();
      if (done.containsKey(n)) continue;
      List<Value> args = n.inputs().stream().map(this::now).toList();
      done.put(n, args.equals(n.inputs()) ? n : n.with(args));
    }
    return now(out);
  }

  private Value now(Value v) {
    Value to = resolve(v);
    return java.util.Objects.requireNonNull(done.get(to.node())).outputs().get(to.index());
  }

  private Value resolve(Value v) {
    Value to = v;
    while (replacements.containsKey(to)) to = replacements.get(to);
    return to;
  }
}
