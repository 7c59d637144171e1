package recurve.ir;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints a graph as text, one value a line, loops indented. For people; nothing parses it. */
public final class Printer {
  private final StringBuilder text = new StringBuilder();
  private final Map<Value, String> labels = new HashMap<>();

  private Printer() {}

  /** The whole graph. */
  public static String print(Graph graph) {
    var printer = new Printer();
    printer.graph(graph, "");
    return printer.text.toString();
  }

  private void graph(Graph graph, String indent) {
    for (Value v : graph.inputs()) {
      String name = Graph.nameOf(v);
      labels.put(v, name.isEmpty() ? "in" : name);
      line(indent, "input " + label(v) + ": " + v.type());
    }
    for (Node n : graph.nodes()) if (!(n.op() instanceof Op.Input)) node(n, indent);
    for (int i = 0; i < graph.outputs().size(); i++) {
      line(indent, "return " + graph.names().get(i) + " = " + label(graph.outputs().get(i)));
    }
  }

  private void node(Node n, String indent) {
    String results = n.outputs().stream().map(this::define).collect(Collectors.joining(", "));
    String types =
        n.outputs().stream().map(v -> v.type().toString()).collect(Collectors.joining(", "));
    String args = n.inputs().stream().map(this::label).collect(Collectors.joining(", "));
    String name = n.name().map(s -> "  // " + s).orElse("");
    line(indent, results + " = " + call(n.op()) + "(" + args + "): " + types + name);
    if (n.op() instanceof Op.Scan scan) graph(scan.body(), indent + "  | ");
  }

  private static String call(Op op) {
    return switch (op) {
      case Op.Input(String name, Type type) -> "Input '" + name + "'";
      case Op.Constant(double value, Type type) -> "Constant " + value;
      case Op.Range(int axis, Type type) -> "Range axis=" + axis;
      case Op.RandomUniform(int stream, Type type) -> "RandomUniform stream=" + stream;
      case Op.Unary u -> u.toString();
      case Op.Cast(DType to) -> "Cast";
      case Op.Binary b -> b.toString();
      case Op.Where() -> "Where";
      case Op.MatMul() -> "MatMul";
      case Op.ReduceSum(int axis) -> "ReduceSum axis=" + axis;
      case Op.ReduceMax(int axis) -> "ReduceMax axis=" + axis;
      case Op.Reshape(Shape to) -> "Reshape";
      case Op.Transpose(List<Integer> permutation) -> "Transpose " + permutation;
      case Op.Expand(Shape to) -> "Expand";
      case Op.Concat(int axis) -> "Concat axis=" + axis;
      case Op.Slice(int axis, Dim from, Dim to) -> "Slice axis=" + axis + " " + from + ".." + to;
      case Op.Pad(int axis, Dim before, Dim after) ->
          "Pad axis=" + axis + " " + before + ", " + after;
      case Op.Gather() -> "Gather";
      case Op.ScatterND(Dim rows) -> "ScatterND";
      case Op.Scan s ->
          "Scan"
              + (s.reverse() ? " reverse" : "")
              + " steps="
              + s.length()
              + " consts="
              + s.consts()
              + " carries="
              + s.carries()
              + (s.lengths() ? " lengths" : "");
    };
  }

  private String define(Value v) {
    String label = "%" + labels.size();
    labels.put(v, label);
    return label;
  }

  private String label(Value v) {
    return labels.getOrDefault(v, "?");
  }

  private void line(String indent, String line) {
    text.append(indent).append(line).append('\n');
  }
}
