package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.ir.Dim;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Sums of a loop's values over its steps, as expressions to compute once the loop is done.
 *
 * <p>What is linear in a step's values is moved behind the sum, down to the factors that have to be
 * stacked:
 *
 * <pre>
 *   Σ_t A_t B_t = [A_1 ... A_T] [B_1; ...; B_T]
 *   Σ_t L(v_t)  = L(Σ_t v_t)      for a sum, a shape operation, a reduction, a product by a constant
 * </pre>
 */
final class TimeSum {
  private final Op.Scan scan;
  private final Rows rows;
  private final Set<Value> varying;
  private final Map<Value, Value> stacks = new LinkedHashMap<>();
  private final Map<Value, Value> sums = new HashMap<>();
  private final Map<Value, Boolean> products = new HashMap<>();
  private boolean mixesRows;

  /**
   * @param rows how the loop writes values out
   * @param varying the values that differ from step to step
   */
  TimeSum(Op.Scan scan, Rows rows, Set<Value> varying) {
    this.scan = scan;
    this.rows = rows;
    this.varying = varying;
  }

  /**
   * Whether a factor would have to be written that is not made row by row, so that the loop could
   * not leave out dead rows. The sums are of no use then.
   */
  boolean mixesRows() {
    return mixesRows;
  }

  /** The values to stack, each with the input that stands for its stack in the sums. */
  Map<Value, Value> stacks() {
    return stacks;
  }

  /** The sum over all steps, in terms of stacks and of the loop's constants. */
  Value of(Value g) {
    Value known = sums.get(g);
    if (known != null) return known;
    Value sum = varying.contains(g) ? sum(g) : plain(g);
    sums.put(g, sum);
    return sum;
  }

  private Value sum(Value g) {
    List<Value> in = g.node().inputs();
    return switch (g.op()) {
      case Op.Unary u ->
          switch (u) {
            case NEG -> of(in.get(0)).neg();
            case EXP, LOG, SQRT, TANH, SIGMOID, STOP_GRADIENT -> plain(g);
          };
      case Op.Binary b -> binary(b, g, in.get(0), in.get(1));
      case Op.MatMul() -> product(in.get(0), in.get(1), g);
      case Op.ReduceSum(int axis) -> of(in.get(0)).sum(axis);
      case Op.Reshape(Shape to) -> of(in.get(0)).reshape(to);
      case Op.Transpose(List<Integer> permutation) -> of(in.get(0)).transpose(permutation);
      case Op.Expand(Shape to) -> of(in.get(0)).expand(to);
      case Op.Concat(int axis) ->
          holdsProduct(g) ? Ops.concat(axis, in.stream().map(this::of).toList()) : plain(g);
      case Op.Slice(int axis, Dim from, Dim to) ->
          holdsProduct(g) ? of(in.get(0)).slice(axis, from, to) : plain(g);
      case Op.Pad(int axis, Dim before, Dim after) -> of(in.get(0)).pad(axis, before, after);
      case Op.ScatterND(Dim rows) -> stack(in.get(0)).scatter(stack(in.get(1)), rows);
      case Op.Cast c -> plain(g);
      case Op.Where w -> plain(g);
      case Op.ReduceMax r -> plain(g);
      case Op.Gather gather -> plain(g);
      case Op.Scan s -> plain(g);
      case Op.RandomUniform r -> plain(g);
      case Op.Input i -> plain(g);
      case Op.Constant c -> plain(g);
      case Op.Range r -> plain(g);
    };
  }

  private Value binary(Op.Binary op, Value g, Value a, Value b) {
    return switch (op) {
      case ADD -> of(a).plus(of(b));
      case SUB -> of(a).minus(of(b));
      case MUL -> {
        if (!varying.contains(b)) yield of(a).times(b);
        yield varying.contains(a) ? plain(g) : a.times(of(b));
      }
      case DIV -> varying.contains(b) ? plain(g) : of(a).over(b);
      case MAX, LESS, EQUAL -> plain(g);
    };
  }

  private Value product(Value a, Value b, Value g) {
    if (!varying.contains(b)) return of(a).matmul(b);
    if (!varying.contains(a)) return a.matmul(of(b));
    if (a.rank() != b.rank()) return plain(g);
    return join(stack(transposed(a))).t().matmul(join(stack(b)));
  }

  /** The transpose, without transposing twice. */
  private static Value transposed(Value a) {
    if (a.op() instanceof Op.Transpose) {
      Value arg = a.node().input(0);
      if (a.op().equals(arg.t().op())) return arg;
    }
    return a.t();
  }

  /** {@code [T, ..., k, n]} as {@code [..., T * k, n]}: the steps' rows under each other. */
  private static Value join(Value stack) {
    int rank = stack.rank();
    var permutation = new ArrayList<Integer>();
    for (int i = 1; i < rank - 2; i++) permutation.add(i);
    permutation.addAll(List.of(0, rank - 2, rank - 1));
    Value v = stack.transpose(permutation);
    Shape joined = v.shape().without(rank - 2).with(-2, stack.dim(0).times(stack.dim(-2)));
    return v.reshape(joined);
  }

  private Value plain(Value g) {
    return stack(g).sum(0).squeeze(0);
  }

  /** All steps of a value, time leading. */
  private Value stack(Value v) {
    if (rows.canLead(v)) {
      Value written = rows.lead(v);
      Value stack =
          stacks.computeIfAbsent(
              written, k -> Ops.input("stack", k.dtype(), k.shape().insert(0, scan.length())));
      return rows.restore(stack, v, true);
    }
    // a row that is not written alone cannot be left out: write what it is a view of
    if (v.op() instanceof Op.Reshape(Shape to)) {
      return stack(v.node().input(0)).reshape(to.insert(0, scan.length()));
    }
    if (v.op() instanceof Op.Transpose(List<Integer> permutation)) {
      var p = new ArrayList<>(List.of(0));
      for (int axis : permutation) p.add(axis + 1);
      return stack(v.node().input(0)).transpose(p);
    }
    mixesRows = true;
    return Ops.input("mixed", v.dtype(), v.shape().insert(0, scan.length()));
  }

  private boolean holdsProduct(Value g) {
    Boolean known = products.get(g);
    if (known != null) return known;
    boolean holds =
        varying.contains(g)
            && switch (g.op()) {
              case Op.MatMul m -> true;
              case Op.ScatterND s -> true;
              case Op.Unary u -> u == Op.Unary.NEG && holdsProduct(g.node().input(0));
              case Op.Binary b ->
                  (b == Op.Binary.ADD || b == Op.Binary.SUB)
                      && g.node().inputs().stream().anyMatch(this::holdsProduct);
              case Op.ReduceSum r -> true;
              case Op.Reshape r -> holdsProduct(g.node().input(0));
              case Op.Transpose t -> holdsProduct(g.node().input(0));
              case Op.Expand e -> holdsProduct(g.node().input(0));
              case Op.Concat c -> g.node().inputs().stream().anyMatch(this::holdsProduct);
              case Op.Slice s -> holdsProduct(g.node().input(0));
              case Op.Pad p -> holdsProduct(g.node().input(0));
              case Op.Cast c -> false;
              case Op.Where w -> false;
              case Op.ReduceMax r -> false;
              case Op.Gather gather -> false;
              case Op.Scan s -> false;
              case Op.RandomUniform r -> false;
              case Op.Input i -> false;
              case Op.Constant c -> false;
              case Op.Range r -> false;
            };
    products.put(g, holds);
    return holds;
  }
}
