package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Sinking: an output of the step that the carry does not need, and that holds a product, is
 * computed for all steps at once after the loop, from what the loop writes.
 *
 * <pre>
 *   y_t = h_t V  for each t   =  Y = H V
 * </pre>
 *
 * <p>With lengths, what was computed on rows that are dead is set to zero again, unless zeros in
 * give zeros out.
 */
final class Sink {
  private final OpenLoop loop;
  private final Set<Value> varying;
  private final Rows rows;
  private final Set<Value> sinking = new HashSet<>();

  private Sink(OpenLoop loop) {
    this.loop = loop;
    this.varying = loop.varying();
    this.rows = loop.rows();
    var stays = new HashSet<Value>(loop.steps());
    for (Node n : Graph.nodes(loop.next())) stays.addAll(n.outputs());
    // what holds a product and is needed for outputs only
    for (Node n : Graph.nodes(loop.ys())) {
      Value v = n.output();
      if (n.outputs().size() > 1 || !varying.contains(v) || stays.contains(v)) continue;
      if (n.op() instanceof Op.MatMul || n.inputs().stream().anyMatch(sinking::contains)) {
        sinking.add(v);
      }
    }
  }

  static Graph apply(Graph g) {
    return Walk.loops(g, loop -> new Sink(loop).run());
  }

  private List<Value> run() {
    List<Value> ys = loop.ys();
    int carries = loop.next().size();
    var cuts = new HashMap<Value, Value>(); // a value to write, and what stands for its stack
    var sunk = new HashMap<Integer, Value>();
    for (int i = 0; i < ys.size(); i++) {
      if (sinking.contains(ys.get(i))) {
        int at = i;
        sink(ys.get(i), cuts).ifPresent(v -> sunk.put(at, v));
      }
    }
    if (sunk.isEmpty()) return loop.close();
    var read = new HashSet<Value>();
    for (Node n : Graph.nodes(sunk.values())) read.addAll(n.outputs());
    var step = new ArrayList<>(loop.next());
    // the old output's place is held by any value that is written
    List<Value> written = cuts.keySet().stream().filter(v -> read.contains(cuts.get(v))).toList();
    for (int i = 0; i < ys.size(); i++) step.add(sunk.containsKey(i) ? written.get(0) : ys.get(i));
    step.addAll(written);
    loop.set(step);
    List<Value> results = loop.close();
    var stacks = new HashMap<Value, Value>();
    for (int i = 0; i < written.size(); i++) {
      stacks.put(cuts.get(written.get(i)), results.get(carries + ys.size() + i));
    }
    var all = new ArrayList<>(results.subList(0, carries + ys.size()));
    for (Map.Entry<Integer, Value> s : sunk.entrySet()) {
      all.set(carries + s.getKey(), Graph.substitute(List.of(s.getValue()), stacks).get(0));
    }
    return all;
  }

  private Optional<Value> sink(Value y, Map<Value, Value> cuts) {
    boolean preserves = true;
    for (Node n : Graph.nodes(List.of(y))) {
      if (!sinking.contains(n.output())) continue;
      if (rows.mixes(n.output())) return Optional.empty(); // dead rows would count as zeros
      preserves &= keepsZero(n);
      for (Value v : n.inputs()) {
        if (!varying.contains(v) || sinking.contains(v)) continue;
        if (!rows.leads(v)) return Optional.empty();
        cuts.computeIfAbsent(
            v, k -> Ops.input("stack", k.dtype(), k.shape().insert(0, loop.length())));
      }
    }
    Optional<Value> all = new Lift(loop.length(), varying, cuts).of(y);
    return preserves || loop.lengths().isEmpty() ? all : all.map(this::aliveOnly);
  }

  /** {@code t < length ? v : 0}, of a stack [T, B, ...]. */
  private Value aliveOnly(Value stack) {
    Value lengths = loop.lengths().orElseThrow();
    Shape grid = Shape.of(loop.length(), lengths.dim(0));
    Value alive = Ops.range(0, DType.I32, grid).less(lengths.expand(grid));
    Shape wide = grid;
    while (wide.rank() < stack.rank()) wide = wide.insert(wide.rank(), Dim.ONE);
    return alive.reshape(wide).expand(stack.shape()).where(stack, stack.like(0));
  }

  /** Whether zeros in what varies give zeros out. */
  private boolean keepsZero(Node n) {
    return switch (n.op()) {
      case Op.Unary u ->
          switch (u) {
            case NEG, TANH, SQRT, STOP_GRADIENT -> true;
            case EXP, LOG, SIGMOID -> false;
          };
      case Op.Binary b ->
          switch (b) {
            case ADD, SUB, MAX -> n.inputs().stream().allMatch(varying::contains);
            case MUL -> true;
            case DIV -> !varying.contains(n.input(1));
            case LESS, EQUAL -> false;
          };
      case Op.MatMul m -> true;
      case Op.Cast c -> true;
      case Op.ReduceSum r -> true;
      case Op.ReduceMax r -> true;
      case Op.Reshape r -> true;
      case Op.Transpose t -> true;
      case Op.Expand e -> true;
      case Op.Slice s -> true;
      case Op.Pad p -> true;
      case Op.Concat c -> n.inputs().stream().allMatch(varying::contains);
      case Op.Where w -> false;
      case Op.Gather g -> false;
      case Op.ScatterND s -> true;
      case Op.Scan s -> false;
      case Op.RandomUniform r -> false;
      case Op.Input i -> false;
      case Op.Constant c -> false;
      case Op.Range r -> false;
    };
  }
}
