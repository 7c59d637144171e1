package recurve.io.onnx;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * What a graph implies of its inputs of whole numbers.
 *
 * @param rows by input that indexes a table, how many rows that has
 * @param steps by input that tells lengths, how many steps the loop has
 */
public record Bounds(Map<String, Dim> rows, Map<String, Dim> steps) {
  public Bounds {
    rows = Map.copyOf(rows);
    steps = Map.copyOf(steps);
  }

  /** The bounds of a graph's inputs. */
  public static Bounds of(Graph graph) {
    var rows = new HashMap<String, Dim>();
    var steps = new HashMap<String, Dim>();
    look(graph, new HashMap<>(), rows, steps);
    return new Bounds(rows, steps);
  }

  private static void look(
      Graph graph, Map<Value, Value> outside, Map<String, Dim> rows, Map<String, Dim> steps) {
    for (Node n : graph.nodes()) {
      switch (n.op()) {
        case Op.Gather g -> imply(n.input(1), n.input(0).dim(0), rows, outside);
        case Op.ScatterND(Dim all) -> imply(n.input(1), all, rows, outside);
        case Op.Scan scan -> {
          if (scan.lengths()) imply(n.inputs().getLast(), scan.length(), steps, outside);
          var inner = new HashMap<>(outside);
          for (int i = 0; i < scan.body().inputs().size(); i++) {
            inner.put(scan.body().inputs().get(i), n.input(i));
          }
          look(scan.body(), inner, rows, steps);
        }
        default -> {} // says nothing of whole numbers
      }
    }
  }

  private static void imply(
      Value ids, Dim bound, Map<String, Dim> bounds, Map<Value, Value> outside) {
    var seen = new HashSet<Value>();
    var open = new ArrayDeque<Value>(List.of(ids));
    while (!open.isEmpty()) {
      Value v = open.pop();
      if (v.dtype() != DType.I32 || !seen.add(v)) continue;
      if (outside.containsKey(v)) open.push(Objects.requireNonNull(outside.get(v)));
      else if (v.op() instanceof Op.Input in) bounds.putIfAbsent(in.name(), bound);
      open.addAll(v.node().inputs());
    }
  }
}
