package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Value;

/**
 * Products with the same left side are one product and slices; what is added to each is added to
 * the whole.
 *
 * <pre>
 *   x A, x B          =  slices of x [A B]
 *   x A + a, x B + b  =  slices of x [A B] + [a b]
 * </pre>
 *
 * <p>Only where the right sides can be put side by side cheaply: weights, or slices of one value.
 */
final class MergeProducts {
  private record Group(Value left, int level) {}

  /** Where the pass is at work: within a step, or in the graph around the loops. */
  private interface Place {
    /** The values side by side along their last axis, if that is cheap. */
    Optional<Value> join(List<Value> values);

    /** Whether a product belongs here: not if it is seen from a step but stands outside. */
    boolean holds(Value product);
  }

  private final List<Value> outs;
  private final Order order;
  private final Place place;
  private final Map<Value, List<Node>> users = new HashMap<>();
  private final Set<Value> fixed;
  private final Map<Value, Value> merged = new HashMap<>();

  private MergeProducts(List<Value> outs, Order order, Place place) {
    this.outs = outs;
    this.order = order;
    this.place = place;
    this.fixed = new HashSet<>(outs);
    for (Node n : Graph.nodes(outs)) {
      for (Value v : n.inputs()) users.computeIfAbsent(v, k -> new ArrayList<>()).add(n);
    }
  }

  static Graph apply(Graph g) {
    Graph inner =
        Walk.loops(
            g,
            loop -> {
              var merge = new MergeProducts(loop.outs(), loop.order(), new InStep(loop));
              loop.replace(merge.run());
              return loop.close();
            });
    return atTop(inner.equals(g) ? g : Share.apply(inner));
  }

  /** The products around the loops, in the bodies of loops first. */
  private static Graph atTop(Graph g) {
    Graph inner =
        Walk.nodes(
            g,
            (n, args) ->
                n.op() instanceof Op.Scan s
                    ? n.with(Walk.with(s, atTop(s.body())), args).outputs()
                    : Walk.same(n, args));
    var merge = new MergeProducts(inner.outputs(), new Order(g.inputs()), new AtTop());
    return new Graph(g.inputs(), Rewriter.replace(inner.outputs(), merge.run()), g.names());
  }

  private Map<Value, Value> run() {
    groups()
        .forEach(
            (group, products) -> {
              if (products.size() > 1) merge(group.left(), products);
            });
    return merged;
  }

  /**
   * Products by left side and level, the longest path from an input. A value depends on lower
   * levels only, so merging within a level cannot close a circle.
   */
  private Map<Group, List<Value>> groups() {
    var levels = new HashMap<Node, Integer>();
    var groups = new LinkedHashMap<Group, List<Value>>();
    for (Node n : Graph.nodes(outs)) {
      int level = 0;
      for (Value v : n.inputs()) level = Math.max(level, 1 + levels.getOrDefault(v.node(), 0));
      levels.put(n, level);
      boolean byMatrix = n.op() instanceof Op.MatMul && n.input(1).rank() == 2;
      if (!byMatrix || !place.holds(n.output())) continue;
      var group = new Group(n.input(0), level);
      groups.computeIfAbsent(group, k -> new ArrayList<>()).add(n.output());
    }
    return groups;
  }

  private void merge(Value left, List<Value> products) {
    var parts = new ArrayList<>(products);
    parts.sort((a, b) -> order.compare(a.node().input(1), b.node().input(1)));
    Optional<Value> right = place.join(parts.stream().map(v -> v.node().input(1)).toList());
    if (right.isEmpty()) return;
    Value whole = left.matmul(right.get());
    Optional<List<Node>> added = added(parts);
    while (added.isPresent()) {
      var terms = new ArrayList<Value>();
      for (int i = 0; i < parts.size(); i++) {
        Node sum = added.get().get(i);
        terms.add(sum.input(sum.input(0).equals(parts.get(i)) ? 1 : 0));
      }
      Optional<Value> joined = terms.contains(parts.get(0)) ? Optional.empty() : place.join(terms);
      if (joined.isEmpty()) break;
      whole = whole.plus(joined.get());
      for (int i = 0; i < parts.size(); i++) parts.set(i, added.get().get(i).output());
      added = added(parts);
    }
    int axis = whole.rank() - 1;
    Dim at = Dim.ZERO;
    for (Value v : parts) {
      Dim end = at.plus(v.dim(axis));
      merged.put(v, whole.slice(axis, at, end));
      at = end;
    }
  }

  /** The sums that the parts go into, if each part goes into one and nowhere else. */
  private Optional<List<Node>> added(List<Value> parts) {
    var sums = new ArrayList<Node>();
    for (Value v : parts) {
      List<Node> readers = users.getOrDefault(v, List.of());
      if (fixed.contains(v) || readers.size() != 1) return Optional.empty();
      if (readers.get(0).op() != Op.Binary.ADD) return Optional.empty();
      sums.add(readers.get(0));
    }
    return new HashSet<>(sums).size() == sums.size() ? Optional.of(sums) : Optional.empty();
  }

  /** Slices of one value, side by side. */
  private static Optional<Value> slices(List<Value> values) {
    boolean all =
        values.stream()
            .allMatch(
                v ->
                    v.op() instanceof Op.Slice s
                        && s.axis() == v.rank() - 1
                        && v.node().inputs().equals(values.get(0).node().inputs()));
    return all ? Optional.of(concat(values)) : Optional.empty();
  }

  private static Value concat(List<Value> values) {
    return Ops.concat(values.get(0).rank() - 1, values);
  }

  /** In a step, joins are cheap that happen before the loop. */
  private static final class InStep implements Place {
    private final OpenLoop loop;
    private final Set<Value> varying;

    InStep(OpenLoop loop) {
      this.loop = loop;
      this.varying = loop.varying();
    }

    @Override
    public boolean holds(Value product) {
      return varying.contains(product);
    }

    @Override
    public Optional<Value> join(List<Value> values) {
      if (values.stream().noneMatch(varying::contains)) return Optional.of(concat(values));
      if (!loop.steps().containsAll(values)) return Optional.empty();
      return Optional.of(loop.step(concat(values.stream().map(loop::sequence).toList())));
    }
  }

  /** Around the loops: of weights, of what is repeated from weights, or of slices of one value. */
  private static final class AtTop implements Place {
    private final Map<Value, Boolean> weights = new HashMap<>();

    @Override
    public boolean holds(Value product) {
      return true;
    }

    @Override
    public Optional<Value> join(List<Value> values) {
      if (values.stream().allMatch(this::isWeight)) return Optional.of(concat(values));
      return slices(values);
    }

    /** Made of inputs by arithmetic and change of shape alone. */
    private boolean isWeight(Value v) {
      Boolean known = weights.get(v);
      if (known != null) return known;
      boolean cheap =
          switch (v.op()) {
            case Op.Input i -> true;
            case Op.Constant c -> true;
            case Op.Reshape r -> true;
            case Op.Transpose t -> true;
            case Op.Expand e -> true;
            case Op.Concat c -> true;
            case Op.Slice s -> true;
            case Op.Pad p -> true;
            case Op.Unary u -> true;
            case Op.Binary b -> true;
            case Op.Where w -> true;
            case Op.Cast c -> true;
            default -> false; // left alone
          };
      boolean weight = cheap && v.node().inputs().stream().allMatch(this::isWeight);
      weights.put(v, weight);
      return weight;
    }
  }
}
