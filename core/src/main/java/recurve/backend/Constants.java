package recurve.backend;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/** What of a graph follows from its constant inputs alone, whatever else is written. */
public final class Constants {
  private final Set<Value> values = new HashSet<>();
  private final Set<Node> weighted = new HashSet<>();

  private Constants() {}

  /** Looks through a graph, and through the loops in it. */
  public static Constants of(Graph graph, Set<String> inputs) {
    var constants = new Constants();
    if (inputs.isEmpty()) return constants;
    for (Value v : graph.inputs()) {
      if (inputs.contains(Graph.nameOf(v))) constants.values.add(v);
    }
    for (Node n : graph.nodes()) {
      if (constants.follows(n)) constants.values.add(n.output());
      else constants.find(n);
    }
    return constants;
  }

  private boolean follows(Node n) {
    if (!n.outputs().stream().allMatch(v -> v.shape().isNumeric())) return false;
    boolean known = values.containsAll(n.inputs());
    return switch (n.op()) {
      case Op.Input i -> false; // the constant ones are known
      case Op.Scan s -> false;
      case Op.RandomUniform r -> false;
      case Op.Constant c -> true;
      case Op.Range r -> true;
      case Op.Slice s -> known && s.from().isNumber();
      case Op.Pad p -> known && p.before().isNumber();
      case Op.Unary u -> known;
      case Op.Binary b -> known;
      case Op.Cast c -> known;
      case Op.Where w -> known;
      case Op.MatMul m -> known;
      case Op.ReduceSum r -> known;
      case Op.ReduceMax r -> known;
      case Op.Reshape r -> known;
      case Op.Transpose t -> known;
      case Op.Expand e -> known;
      case Op.Concat c -> known;
      case Op.Gather g -> known;
      case Op.ScatterND sc -> known;
    };
  }

  private void find(Node n) {
    if (n.op() instanceof Op.MatMul && isWeight(n.input(1))) weighted.add(n);
    if (!(n.op() instanceof Op.Scan scan)) return;
    List<Value> in = scan.body().inputs();
    for (int i = 0; i < scan.consts(); i++) {
      if (values.contains(n.input(i))) values.add(in.get(i));
    }
    for (Node m : scan.body().nodes()) find(m);
  }

  private boolean isWeight(Value v) {
    return values.contains(v) && v.rank() == 2 && v.dtype() == DType.F32;
  }

  /**
   * Whether a value follows from constant inputs alone. Of what is inside of a loop, only what it
   * takes from outside counts.
   */
  public boolean contains(Value v) {
    return values.contains(v);
  }

  /** Whether a product's right side is a weight, which {@link WeightType} speaks of. */
  public boolean isWeighted(Node product) {
    return weighted.contains(product);
  }
}
