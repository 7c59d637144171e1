package recurve.io.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * A loop that has nothing more to say once a truth that it carries is true of all rows: that truth
 * stays, and all that is asked of the loop is constant from then on. It need not go on.
 *
 * @param carry which of the carried values is that truth
 * @param ys the stacked outputs that are asked for, by their places among those
 */
record Ending(int carry, List<Integer> ys) {
  Ending {
    ys = List.copyOf(ys);
  }

  /**
   * The loops of a graph that may end early: those of which stacked outputs alone are asked for,
   * and as outputs of the graph, whose extents are then settled by the values.
   */
  static Map<Node, Ending> all(Graph graph) {
    List<Node> nodes = Graph.nodes(graph.outputs());
    Set<Value> read = new HashSet<>();
    for (Node n : nodes) read.addAll(n.inputs());
    Set<Value> wanted = new HashSet<>(graph.outputs());
    var all = new LinkedHashMap<Node, Ending>();
    for (Node n : nodes) {
      if (!(n.op() instanceof Op.Scan s)) continue;
      var ys = new ArrayList<Integer>();
      boolean stacked = true;
      for (int i = 0; i < n.outputs().size(); i++) {
        Value v = n.outputs().get(i);
        if (read.contains(v) || i < s.carries() && wanted.contains(v)) stacked = false;
        if (i >= s.carries() && wanted.contains(v)) ys.add(i - s.carries());
      }
      if (stacked && !ys.isEmpty()) of(n, s, ys).ifPresent(e -> all.put(n, e));
    }
    return all;
  }

  /** How a loop ends, of which some stacked outputs are asked for. */
  static Optional<Ending> of(Node n, Op.Scan s, List<Integer> ys) {
    if (s.reverse() || s.lengths()) return Optional.empty();
    List<Value> xs = n.inputs().subList(s.consts() + s.carries(), n.inputs().size());
    if (!xs.stream().allMatch(Ending::counts)) return Optional.empty();
    for (int c = 0; c < s.carries(); c++) {
      Value truth = s.body().inputs().get(s.consts() + c);
      if (truth.dtype() != DType.BOOL) continue;
      var known = new HashMap<Value, Optional<Double>>();
      known.put(truth, Optional.of(1.0));
      List<Value> results = s.body().outputs();
      boolean stays = number(results.get(c), known).equals(Optional.of(1.0));
      boolean done = ys.stream().allMatch(y -> isNumber(results.get(s.carries() + y), known));
      if (stays && done) return Optional.of(new Ending(c, ys));
    }
    return Optional.empty();
  }

  /** Whether a sequence is the number of the step, which ONNX's Loop is told. */
  private static boolean counts(Value x) {
    return x.op() instanceof Op.Range && x.rank() == 1 && x.dtype() == DType.I32;
  }

  private static boolean isNumber(Value v, Map<Value, Optional<Double>> known) {
    return number(v, known).isPresent();
  }

  /** The one number that a value is throughout, as far as it can be told. */
  private static Optional<Double> number(Value v, Map<Value, Optional<Double>> known) {
    Optional<Double> before = known.get(v);
    if (before != null) return before;
    List<Value> in = v.node().inputs();
    Optional<Double> number =
        switch (v.op()) {
          case Op.Constant c -> Optional.of(c.value());
          case Op.Reshape r -> number(in.get(0), known);
          case Op.Transpose t -> number(in.get(0), known);
          case Op.Expand e -> number(in.get(0), known);
          case Op.Slice s -> number(in.get(0), known);
          case Op.Cast(DType to) when to == DType.BOOL ->
              number(in.get(0), known).map(d -> truth(d != 0));
          case Op.Cast c ->
              number(in.get(0), known).map(d -> v.dtype().isFloat() ? d : (int) (double) d);
          case Op.Where w -> {
            Optional<Double> choice = number(in.get(0), known);
            yield choice.isEmpty()
                ? Optional.empty()
                : number(in.get(choice.get() != 0 ? 1 : 2), known);
          }
          case Op.Binary op -> {
            Optional<Double> a = number(in.get(0), known), b = number(in.get(1), known);
            boolean both = a.isPresent() && b.isPresent();
            yield switch (op) {
              // as numbers: zeros of both signs are one, and none equals NaN
              case EQUAL ->
                  both
                      ? Optional.of(truth((double) a.get() == (double) b.get()))
                      : Optional.empty();
              case LESS -> both ? Optional.of(truth(a.get() < b.get())) : Optional.empty();
              case MAX -> both ? Optional.of(Math.max(a.get(), b.get())) : Optional.empty();
              case ADD, SUB, MUL, DIV -> Optional.empty();
            };
          }
          default -> Optional.empty(); // not told, and the loop goes on
        };
    known.put(v, number);
    return number;
  }

  private static double truth(boolean t) {
    return t ? 1 : 0;
  }
}
