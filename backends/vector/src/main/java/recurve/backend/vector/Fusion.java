package recurve.backend.vector;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * Decides which operations are done together.
 *
 * <p>Every value has a stage: one more than that of what it waits for, where waiting means for a
 * product, a reduction, or for an elementwise value to be written before something else looks at
 * it. Elementwise operations of one stage and shape that are connected form a group, one pass over
 * memory. A value that a later group wants is written, or computed again where that is cheaper.
 */
final class Fusion {
  /** Elementwise operations, and reductions of their results, done in one pass; itself only. */
  record Group(int stage, List<Value> members) {
    // groups are looked up for every operation: comparing their members would square the time
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  // computing anew what costs this much, in additions, beats writing and reading it
  private static final int CHEAP = 4;

  private final Function<Value, int[]> dims;
  private final Predicate<Value> given;
  private final Map<Value, Integer> stages = new HashMap<>();
  private final Map<Value, Group> groups = new HashMap<>();
  private final Map<Value, Integer> costs = new HashMap<>();
  private final Set<Value> written = new HashSet<>();
  private final TreeMap<Integer, List<Object>> schedule = new TreeMap<>();

  /**
   * Plans a block.
   *
   * @param nodes arguments before uses
   * @param given values that exist already
   */
  Fusion(
      List<Node> nodes, List<Value> outputs, Function<Value, int[]> dims, Predicate<Value> given) {
    this.dims = dims;
    this.given = given;
    for (Node n : nodes) stage(n);
    group(nodes);
    demand(nodes, outputs);
    var seen = new HashSet<Group>();
    for (Node n : nodes) {
      if (!isFused(n.output())) at(requireNonNull(stages.get(n.output()))).add(n);
    }
    for (Node n : nodes) {
      Group g = groups.get(n.output());
      if (g != null && seen.add(g) && g.members().stream().anyMatch(written::contains)) {
        at(g.stage()).add(g);
      }
    }
  }

  private List<Object> at(int stage) {
    return schedule.computeIfAbsent(stage, s -> new ArrayList<>());
  }

  /** Nodes and groups in the order in which to do them. */
  List<Object> order() {
    return schedule.values().stream().flatMap(List::stream).toList();
  }

  /** The values of a group that are written to memory. */
  List<Value> written(Group group) {
    return group.members().stream().filter(written::contains).toList();
  }

  /** Whether, inside this group, the value is an expression and not read from memory. */
  boolean isInline(Value v, Group group) {
    if (!isFused(v) || isReduction(v)) return false;
    return group.equals(groups.get(v)) || cost(v) <= CHEAP;
  }

  /** Whether an operation works element by element. */
  static boolean isElementwise(Op op) {
    return op instanceof Op.Unary
        || op instanceof Op.Binary
        || op instanceof Op.Where
        || op instanceof Op.Cast;
  }

  private boolean isFused(Value v) {
    return !given.test(v) && (isElementwise(v.op()) || isReduction(v));
  }

  /** Whether it is a reduction along the last axis, which a pass over rows can do on the way. */
  boolean isReduction(Value v) {
    int last = v.rank() - 1;
    return !given.test(v)
        && ((v.op() instanceof Op.ReduceSum(int axis) && axis == last)
            || (v.op() instanceof Op.ReduceMax(int most) && most == last));
  }

  private static boolean isView(Op op) {
    return op instanceof Op.Reshape
        || op instanceof Op.Transpose
        || op instanceof Op.Slice
        || op instanceof Op.Expand;
  }

  private void stage(Node n) {
    int stage = 0;
    boolean fused = isFused(n.output()), view = isView(n.op());
    for (Value arg : n.inputs()) {
      int ready = stages.getOrDefault(arg, 0);
      boolean waits = fused ? isReduction(arg) : !view || isFused(arg);
      stage = Math.max(stage, ready + (waits ? 1 : 0));
    }
    for (Value v : n.outputs()) stages.put(v, stage);
  }

  // -- groups: connected operations of one stage and one space of iteration

  private record Space(int stage, List<Integer> dims) {}

  private int[] extents(Value v) {
    return dims.apply(isReduction(v) ? v.node().input(0) : v);
  }

  private void group(List<Node> nodes) {
    var leader = new HashMap<Value, Value>();
    var readers = new HashMap<Space, Map<Value, Value>>();
    for (Node n : nodes) {
      Value v = n.output();
      if (!isFused(v)) continue;
      leader.put(v, v);
      var space =
          new Space(requireNonNull(stages.get(v)), Arrays.stream(extents(v)).boxed().toList());
      Map<Value, Value> seen = readers.computeIfAbsent(space, s -> new HashMap<>());
      for (Value arg : n.inputs()) {
        if (isLeaf(arg)) continue;
        boolean inside =
            isFused(arg) && !isReduction(arg) && requireNonNull(stages.get(arg)) == space.stage();
        Value other = inside ? arg : seen.putIfAbsent(arg, v);
        if (other != null) leader.put(find(leader, v), find(leader, other));
      }
    }
    var members = new LinkedHashMap<Value, List<Value>>();
    for (Node n : nodes) {
      Value v = n.output();
      if (isFused(v)) members.computeIfAbsent(find(leader, v), l -> new ArrayList<>()).add(v);
    }
    for (List<Value> m : members.values()) {
      var group = new Group(requireNonNull(stages.get(m.get(0))), m);
      for (Value v : m) groups.put(v, group);
    }
  }

  private static Value find(Map<Value, Value> leader, Value v) {
    Value at = v;
    while (!at.equals(leader.get(at))) at = requireNonNull(leader.get(at));
    leader.put(v, at);
    return at;
  }

  /** Numbers and indices come from nowhere and so connect nothing; neither do scalars. */
  private static boolean isLeaf(Value v) {
    return v.op() instanceof Op.Constant
        || v.op() instanceof Op.Range
        || v.op() instanceof Op.Expand;
  }

  // -- which values are written

  private void demand(List<Node> nodes, List<Value> outputs) {
    for (Value v : outputs) if (isFused(v)) written.add(v);
    for (Node n : nodes) {
      if (isFused(n.output())) {
        if (isReduction(n.output())) written.add(n.output());
      } else {
        for (Value v : n.inputs()) if (isFused(v)) written.add(v);
      }
    }
    // users of a value are in its own group or of a later stage
    List<Group> lastFirst =
        groups.values().stream()
            .distinct()
            .sorted((a, b) -> Integer.compare(b.stage(), a.stage()))
            .toList();
    for (Group g : lastFirst) {
      var seen = new HashSet<Value>();
      for (Value v : written(g)) operands(v, g, seen);
    }
  }

  private void operands(Value v, Group g, Set<Value> seen) {
    if (!seen.add(v)) return;
    for (Value arg : v.node().inputs()) {
      if (isInline(arg, g)) operands(arg, g, seen);
      else if (isFused(arg)) written.add(arg);
    }
  }

  /** What computing a value from memory costs, in additions. */
  private int cost(Value v) {
    Integer known = costs.get(v);
    if (known != null) return known;
    int cost = 0;
    if (isFused(v)) {
      cost =
          switch (v.op()) {
            case Op.Unary u ->
                switch (u) {
                  case NEG -> 1;
                  case STOP_GRADIENT -> 0;
                  case EXP, LOG, SQRT, TANH, SIGMOID -> 16;
                };
            case Op.Binary b -> b == Op.Binary.DIV ? 3 : 1;
            case Op.Cast c -> 1;
            default -> isReduction(v) ? 1 << 20 : 1; // only Where is left
          };
      for (Value arg : v.node().inputs()) {
        if (!isReduction(arg)) cost = Math.min(1 << 20, cost + cost(arg));
      }
    }
    costs.put(v, cost);
    return cost;
  }
}
