package recurve.ir;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Inputs, outputs and, between them, values in single assignment. Immutable.
 *
 * @param inputs values defined by {@link Op.Input} nodes; every one that an output depends on
 * @param outputs any values
 * @param names one name for each output, unique
 */
public record Graph(List<Value> inputs, List<Value> outputs, List<String> names) {

  public Graph {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    names = List.copyOf(names);
    Verifier.interfaceOf(inputs, outputs, names);
  }

  /** A graph whose outputs need no names: a loop's body. */
  public Graph(List<Value> inputs, List<Value> outputs) {
    this(inputs, outputs, IntStream.range(0, outputs.size()).mapToObj(i -> "y" + i).toList());
  }

  /** A graph with its outputs by name. */
  public static Graph of(List<Value> inputs, Map<String, Value> outputs) {
    return new Graph(inputs, List.copyOf(outputs.values()), List.copyOf(outputs.keySet()));
  }

  /** The name of an input. */
  public static String nameOf(Value input) {
    if (input.op() instanceof Op.Input(String name, Type type)) return name;
    throw new ShapeException(input + " is not an input");
  }

  /** The nodes in an order in which arguments come before their uses. */
  public List<Node> nodes() {
    return nodes(outputs);
  }

  /** The nodes that some values depend on, arguments before uses, in a fixed order. */
  public static List<Node> nodes(Collection<Value> values) {
    var done = new LinkedHashSet<Node>();
    var stack = new ArrayDeque<Node>();
    for (Value v : values) {
      stack.push(v.node());
      while (!stack.isEmpty()) { // an explicit stack: unrolled graphs are deep
        Node n = stack.peek();
        Node open = done.contains(n) ? null : firstOpen(n, done);
        if (open == null) {
          done.add(stack.pop());
        } else {
          stack.push(open);
        }
      }
    }
    return List.copyOf(done);
  }

  private static @org.jspecify.annotations.Nullable Node firstOpen(Node n, Set<Node> done) {
    for (Value v : n.inputs()) if (!done.contains(v.node())) return v.node();
    return null;
  }

  /** Which values among those that {@code outs} depend on depend on one of {@code roots}. */
  public static Set<Value> dependents(Collection<Value> outs, Collection<Value> roots) {
    var found = new HashSet<Value>(roots);
    for (Node n : nodes(outs)) {
      if (n.inputs().stream().anyMatch(found::contains)) found.addAll(n.outputs());
    }
    return found;
  }

  /** Rebuilds values with some of what they depend on replaced; the replacements stay as given. */
  public static List<Value> substitute(List<Value> outs, Map<Value, Value> replacements) {
    var now = new HashMap<Value, Value>(replacements);
    for (Node n : nodes(outs)) {
      if (n.outputs().stream().allMatch(now::containsKey)) continue;
      List<Value> args = n.inputs().stream().map(v -> now.getOrDefault(v, v)).toList();
      Node m = args.equals(n.inputs()) ? n : n.with(args);
      for (int i = 0; i < n.outputs().size(); i++) {
        now.putIfAbsent(n.outputs().get(i), m.outputs().get(i));
      }
    }
    return outs.stream().map(v -> now.getOrDefault(v, v)).toList();
  }

  @Override
  public String toString() {
    return Printer.print(this);
  }
}
