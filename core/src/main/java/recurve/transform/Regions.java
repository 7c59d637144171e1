package recurve.transform;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * What of a graph can run together: the last pass, which changes nothing and tells a backend.
 *
 * <p>A region is a set of nodes that work row by row (a row is a last axis) over the same rows:
 * elementwise operations, reductions along a row, slices and joins of rows, and repetition. No
 * value within one has to go through memory. All other nodes are regions by themselves.
 */
public final class Regions {
  private Regions() {}

  /**
   * Nodes to run together.
   *
   * @param nodes arguments before uses
   * @param rows the leading axes that all nodes share, of a fused region
   * @param inputs what it reads from elsewhere
   * @param outputs what others read of it
   */
  public record Region(
      List<Node> nodes, Optional<Shape> rows, List<Value> inputs, List<Value> outputs) {
    public Region {
      nodes = List.copyOf(nodes);
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }

    /** Whether it is one loop over rows. */
    public boolean isFused() {
      return rows.isPresent();
    }
  }

  /**
   * All nodes of a graph in regions, in an order in which they can run. The bodies of loops are
   * graphs of their own.
   */
  public static List<Region> of(Graph g) {
    List<Node> nodes = g.nodes();
    Map<Node, Integer> depths = depths(nodes);
    var groups = new HashMap<Node, Node>(); // union-find
    for (Node n : nodes) {
      for (Value v : n.inputs()) {
        if (isOneLoop(v.node(), n) && depths.getOrDefault(v.node(), 0).equals(depths.get(n))) {
          groups.put(root(groups, v.node()), root(groups, n));
        }
      }
    }
    var regions = new LinkedHashMap<Node, List<Node>>();
    var sorted = new ArrayList<>(nodes);
    sorted.sort(Comparator.comparingInt(n -> depths.getOrDefault(n, 0))); // stable
    for (Node n : sorted) regions.computeIfAbsent(root(groups, n), k -> new ArrayList<>()).add(n);
    Map<Value, List<Node>> readers = readers(nodes);
    var kept = new HashSet<>(g.outputs());
    return regions.values().stream().map(r -> region(r, readers, kept)).toList();
  }

  /**
   * The most times a path to each node changes from one loop to another. Nodes of one depth that
   * are not connected within it do not depend on each other, so joining them closes no circle.
   */
  private static Map<Node, Integer> depths(List<Node> nodes) {
    var depths = new HashMap<Node, Integer>();
    for (Node n : nodes) {
      int depth = n.inputs().isEmpty() ? -1 : 0; // leaves run first
      for (Value v : n.inputs()) {
        int before = depths.getOrDefault(v.node(), 0);
        depth = Math.max(depth, before + (isOneLoop(v.node(), n) ? 0 : 1));
      }
      depths.put(n, depth);
    }
    return depths;
  }

  private static Node root(Map<Node, Node> groups, Node n) {
    Node root = n;
    while (groups.containsKey(root) && groups.get(root) != root) root = groups.get(root);
    return root;
  }

  private static boolean isOneLoop(Node a, Node b) {
    Optional<Shape> rows = rows(a);
    return rows.isPresent() && rows.equals(rows(b));
  }

  /** The rows that a node works on, if it works row by row. */
  private static Optional<Shape> rows(Node n) {
    Value y = n.output();
    if (y.rank() == 0) return Optional.empty();
    int last = y.rank() - 1;
    boolean byRow =
        switch (n.op()) {
          case Op.Unary u -> true;
          case Op.Cast c -> true;
          case Op.Binary b -> true;
          case Op.Where w -> true;
          case Op.Expand e -> true;
          case Op.ReduceSum r -> r.axis() == last;
          case Op.ReduceMax r -> r.axis() == last;
          case Op.Concat c -> c.axis() == last;
          case Op.Slice s -> s.axis() == last;
          case Op.Pad p -> p.axis() == last;
          case Op.Input i -> false;
          case Op.Constant c -> false;
          case Op.Range r -> false;
          case Op.RandomUniform r -> false;
          case Op.MatMul m -> false;
          case Op.Reshape r -> false;
          case Op.Transpose t -> false;
          case Op.Gather g -> false;
          case Op.ScatterND s -> false;
          case Op.Scan s -> false;
        };
    return byRow ? Optional.of(y.shape().without(last)) : Optional.empty();
  }

  private static Map<Value, List<Node>> readers(List<Node> nodes) {
    var readers = new HashMap<Value, List<Node>>();
    for (Node n : nodes) {
      for (Value v : n.inputs()) readers.computeIfAbsent(v, k -> new ArrayList<>()).add(n);
    }
    return readers;
  }

  private static Region region(List<Node> nodes, Map<Value, List<Node>> readers, Set<Value> kept) {
    var within = new HashSet<>(nodes);
    var inputs = new LinkedHashSet<Value>();
    var outputs = new LinkedHashSet<Value>();
    for (Node n : nodes) {
      for (Value v : n.inputs()) if (!within.contains(v.node())) inputs.add(v);
      for (Value v : n.outputs()) {
        boolean read = !within.containsAll(readers.getOrDefault(v, List.of()));
        if (read || kept.contains(v)) outputs.add(v);
      }
    }
    return new Region(nodes, rows(nodes.get(0)), List.copyOf(inputs), List.copyOf(outputs));
  }
}
