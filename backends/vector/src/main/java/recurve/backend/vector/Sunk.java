package recurve.backend.vector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Type;
import recurve.ir.Value;

/**
 * Takes slices and reshapes before the elementwise operations whose results they look at.
 *
 * <p>A view of a computed value forces it to be written first. Of four gates cut out of one sum,
 * each can as well add its own part; and a sum of squares over a whole matrix need not write the
 * squares because it reads them as one row. Values stay the same to the bit.
 */
final class Sunk {
  private final Map<Node, List<Node>> users = new HashMap<>();
  private final Set<Node> outputs = new HashSet<>();
  private final Set<Node> sliced = new HashSet<>(); // seen through slices only
  private final Set<Node> reshaped = new HashSet<>(); // seen through one reshape only
  private final Map<Value, Value> now = new HashMap<>();

  private Sunk(Graph graph) {
    List<Node> nodes = graph.nodes();
    for (Node n : nodes) {
      for (Value v : n.inputs()) users.computeIfAbsent(v.node(), m -> new ArrayList<>()).add(n);
    }
    for (Value v : graph.outputs()) outputs.add(v.node());
    for (Node n : nodes.reversed()) look(n);
    for (Node n : nodes) rebuild(n);
  }

  static Graph apply(Graph graph) {
    var sunk = new Sunk(graph);
    List<Value> outs = graph.outputs().stream().map(v -> sunk.now.getOrDefault(v, v)).toList();
    return outs.equals(graph.outputs()) ? graph : new Graph(graph.inputs(), outs, graph.names());
  }

  private void look(Node n) {
    List<Node> by = users.getOrDefault(n, List.of());
    if (by.isEmpty() || outputs.contains(n) || !Fusion.isElementwise(n.op())) return;
    boolean expanded = n.inputs().stream().anyMatch(v -> v.op() instanceof Op.Expand);
    if (isCheap(n.op()) && by.stream().allMatch(u -> isSlice(u) || sliced.contains(u))) {
      sliced.add(n);
    } else if (!expanded
        && by.size() == 1
        && (isReshape(by.get(0)) || reshaped.contains(by.get(0)))) {
      reshaped.add(n);
    } else if (!expanded
        && by.stream().allMatch(u -> u.equals(by.get(0)) && reshaped.contains(u))) {
      reshaped.add(n); // x * x uses x twice
    }
  }

  private static boolean isSlice(Node n) {
    return n.op() instanceof Op.Slice;
  }

  private static boolean isReshape(Node n) {
    return n.op() instanceof Op.Reshape;
  }

  // slices may overlap: nothing that costs is computed twice
  private static boolean isCheap(Op op) {
    return op instanceof Op.Binary
        || op instanceof Op.Where
        || op == Op.Unary.NEG
        || op == Op.Unary.STOP_GRADIENT;
  }

  private void rebuild(Node n) {
    Value v = n.output();
    if (n.op() instanceof Op.Scan s) {
      Graph body = apply(s.body());
      Op op = new Op.Scan(body, s.consts(), s.carries(), s.length(), s.reverse(), s.lengths());
      replace(n, body.equals(s.body()) ? n.op() : op);
    } else if (isSlice(n) && sliced.contains(n.input(0).node())) {
      now.put(v, push(n, n.input(0), sliced));
    } else if (isReshape(n) && reshaped.contains(n.input(0).node())) {
      now.put(v, push(n, n.input(0), reshaped));
    } else {
      replace(n, n.op());
    }
  }

  private void replace(Node n, Op op) {
    List<Value> args = n.inputs().stream().map(a -> now.getOrDefault(a, a)).toList();
    if (args.equals(n.inputs()) && op.equals(n.op())) return;
    Node m = n.with(op, args);
    for (int i = 0; i < n.outputs().size(); i++) now.put(n.outputs().get(i), m.outputs().get(i));
  }

  /** The view of a value, taken of the arguments of what computes it. */
  private Value push(Node view, Value of, Set<Node> through) {
    if (of.op() instanceof Op.Constant(double number, Type type)) {
      Shape shape = view.output().shape();
      return of.node()
          .with(new Op.Constant(number, new Type(type.dtype(), shape)), List.of())
          .output();
    }
    if (!through.contains(of.node())) {
      return view.with(view.op(), List.of(now.getOrDefault(of, of))).output();
    }
    var args = new ArrayList<Value>();
    var done = new HashMap<Value, Value>();
    for (Value arg : of.node().inputs()) {
      args.add(done.computeIfAbsent(arg, a -> push(view, a, through)));
    }
    return of.node().with(args).output();
  }
}
