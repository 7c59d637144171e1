package recurve.backend.vector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Type;
import recurve.ir.Value;
import recurve.transform.Rewriter;
import recurve.transform.Squares;

/**
 * Gradients of tables of which a step reads a few rows, as of an embedding: from the norm of all
 * gradients to the update they stay what is added to which row.
 *
 * <pre>
 *   S = Scatter(u, ids)
 *   Σ S²     =  Σ W² / n,  W = Gather(S, ids), n = how often an id is there
 *   p - S c  =  p - Scatter(u c, ids)
 * </pre>
 *
 * <p>Neither right side needs the zeros of all other rows: see {@link #unwritten}. Only where
 * nothing else is done with S: with momentum, say, every row changes in every step.
 */
final class Sparse {
  /** A scattered value, and what is added to which row. */
  private record Table(Value updates, Value ids, Dim rows) {
    Value written() {
      return updates.scatter(ids, rows);
    }

    /** Of each update the row that it goes into. */
    Value met() {
      return written().gather(ids);
    }
  }

  private final Map<Value, List<Node>> users = new HashMap<>();
  private final Map<Value, List<Value>> squares = new HashMap<>(); // sums of a value's
  private final Set<Node> squaring = new HashSet<>(); // what they are made by
  private final Set<Value> outputs;
  private final Map<Value, Value> replaced = new HashMap<>();

  private Sparse(Graph graph, Function<Value, int[]> dims) {
    outputs = new HashSet<>(graph.outputs());
    for (Node n : graph.nodes()) {
      for (Value v : new HashSet<>(n.inputs())) {
        users.computeIfAbsent(v, k -> new ArrayList<>()).add(n);
      }
      if (n.op() instanceof Op.ReduceSum) Squares.of(n.output()).ifPresent(x -> square(n, x));
    }
    for (Node n : graph.nodes()) {
      if (!(n.op() instanceof Op.ScatterND(Dim rows)) || !isTable(n.output())) continue;
      Value u = n.input(0), ids = n.input(1);
      if (View.size(dims.apply(ids)) >= dims.apply(n.output())[0]) continue;
      Shape flat = Shape.of(ids.shape().size());
      Shape wide = Shape.of(flat.dim(0), n.output().dim(1));
      var found = new HashMap<Value, Value>();
      var table = new Table(u.reshape(wide), ids.reshape(flat), rows);
      if (follow(n.output(), table, found)) replaced.putAll(found);
    }
  }

  private void square(Node sum, Value x) {
    squares.computeIfAbsent(x, k -> new ArrayList<>()).add(sum.output());
    for (Value at = sum.input(0); !at.equals(x); at = at.node().input(0)) squaring.add(at.node());
  }

  static Graph apply(Graph graph, Function<Value, int[]> dims) {
    Map<Value, Value> replaced = new Sparse(graph, dims).replaced;
    if (replaced.isEmpty()) return graph;
    return new Graph(graph.inputs(), Rewriter.replace(graph.outputs(), replaced), graph.names());
  }

  private static boolean isTable(Value v) {
    return v.dtype() == DType.F32 && v.rank() == 2;
  }

  /** Finds what to put in place of all that is made of a table; false if something is unknown. */
  private boolean follow(Value v, Table table, Map<Value, Value> found) {
    if (outputs.contains(v)) return false;
    for (Value square : squares.getOrDefault(v, List.of())) {
      found.put(square, sum(table).reshape(square.shape()));
    }
    for (Node n : users.getOrDefault(v, List.of())) {
      if (squaring.contains(n)) continue;
      Value y = n.output();
      Optional<Value> scale = scale(n, v, table);
      boolean known = true;
      if (scale.isPresent()) {
        Value scaled =
            n.op() == Op.Binary.DIV
                ? table.updates().over(scale.get())
                : table.updates().times(scale.get());
        known = follow(y, new Table(scaled, table.ids(), table.rows()), found);
      } else if (n.op() == Op.Binary.SUB && isParameter(n.input(0))) {
        found.put(y, n.input(0).minus(table.written()));
      } else {
        known = false;
      }
      if (!known) return false;
    }
    return true;
  }

  private static boolean isParameter(Value v) {
    return v.op() instanceof Op.Input;
  }

  /** The number by which a node multiplies or divides v, as wide as the updates. */
  private static Optional<Value> scale(Node n, Value v, Table table) {
    boolean product = n.op() == Op.Binary.MUL, quotient = n.op() == Op.Binary.DIV;
    if (!product && !quotient) return Optional.empty();
    boolean first = n.input(0).equals(v);
    if (first == n.input(1).equals(v) || (quotient && !first)) return Optional.empty();
    Value by = n.input(first ? 1 : 0);
    Shape shape = table.updates().shape();
    if (by.op() instanceof Op.Constant(double number, Type type)) {
      return Optional.of(Ops.constant(number, type.dtype(), shape));
    }
    if (!(by.op() instanceof Op.Expand)) return Optional.empty();
    Value number = by.node().input(0);
    boolean single = number.shape().dims().stream().allMatch(d -> d.equals(Dim.ONE));
    return single ? Optional.of(number.expand(shape)) : Optional.empty();
  }

  /** Of the squares of a table's elements; each row as often as its id is there, by that number. */
  private static Value sum(Table table) {
    Shape one = Shape.of(table.ids().dim(0), Dim.ONE);
    Value ones = Ops.constant(1, table.updates().dtype(), one);
    Value often = new Table(ones, table.ids(), table.rows()).met();
    return table.met().square().sum(1).over(often).total();
  }

  /**
   * Scattered values that need no table: of which others take the rows of the same ids, or which
   * are taken off a parameter.
   */
  static Set<Node> unwritten(Graph graph) {
    List<Node> nodes = graph.nodes();
    var found = new HashSet<Node>();
    for (Node n : nodes) if (n.op() instanceof Op.ScatterND && isTable(n.output())) found.add(n);
    for (Value v : graph.outputs()) found.remove(v.node());
    for (Node n : nodes) {
      for (int i = 0; i < n.inputs().size(); i++) {
        Node arg = n.input(i).node();
        if (!found.contains(arg)) continue;
        boolean meets = n.op() instanceof Op.Gather && i == 0 && n.input(1).equals(arg.input(1));
        boolean takes = n.op() == Op.Binary.SUB && i == 1 && isParameter(n.input(0));
        if (!meets && !takes) found.remove(arg);
      }
    }
    return found;
  }
}
