package recurve.ir;

import java.util.HashSet;
import java.util.List;

/** Checks that a graph is one: types agree, every input is named once and listed. */
public final class Verifier {
  private Verifier() {}

  /**
   * Infers every type again and compares, loops included.
   *
   * @throws ShapeException naming the node and its source line
   */
  public static void verify(Graph graph) {
    interfaceOf(graph.inputs(), graph.outputs(), graph.names());
    for (Node n : graph.nodes()) {
      List<Type> types = Inference.types(n.op(), n.inputs(), n.origin());
      List<Type> declared = n.outputs().stream().map(Value::type).toList();
      if (!types.equals(declared)) {
        throw new ShapeException(n + " yields " + types + " but declares " + declared);
      }
      if (n.op() instanceof Op.Scan scan) verify(scan.body());
    }
  }

  static void interfaceOf(List<Value> inputs, List<Value> outputs, List<String> names) {
    var listed = new HashSet<Value>();
    for (Value v : inputs) {
      if (!(v.op() instanceof Op.Input)) throw new ShapeException(v + " is listed as an input");
      if (!listed.add(v)) throw new ShapeException(v + " is listed twice as an input");
    }
    if (names.size() != outputs.size()) {
      throw new ShapeException(names.size() + " names for " + outputs.size() + " outputs");
    }
    if (new HashSet<>(names).size() != names.size()) {
      throw new ShapeException("two outputs have one name in " + names);
    }
    for (Node n : Graph.nodes(outputs)) {
      if (n.op() instanceof Op.Input input && !listed.contains(n.output())) {
        throw new ShapeException("input '" + input.name() + "' is read but not listed");
      }
    }
  }
}
