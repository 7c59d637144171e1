package recurve.transform;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.ShapeException;
import recurve.ir.Value;

/**
 * The derivative of a scalar, by reverse accumulation, graph to graph: one rule for each operation.
 *
 * <p>Truth values, integers and what stands behind {@link Op.Unary#STOP_GRADIENT} have no gradient.
 * A loop's gradient is a loop in the other direction; the gradient of what a loop captures is taken
 * after it, see {@link LoopGradient}.
 */
public final class Gradient {
  private Gradient() {}

  /**
   * The loss, its gradients, and the other values that were asked for.
   *
   * <p>These replace the values handed in: a loop that is differentiated is built again with more
   * outputs, and a graph that reads both the old and the new would run it twice.
   *
   * @param gradients one for each value differentiated for, of its type
   */
  public record Result(Value loss, List<Value> gradients, List<Value> others) {
    public Result {
      gradients = List.copyOf(gradients);
      others = List.copyOf(others);
    }
  }

  /** The gradients of a scalar with respect to some values; zeros for one it does not depend on. */
  public static Result of(Value loss, List<Value> wrt) {
    return of(loss, wrt, List.of());
  }

  /**
   * The gradients of a scalar with respect to some values.
   *
   * @param others what else of the model the caller will read, given back in terms of the new loops
   * @throws ShapeException if the loss is no floating-point scalar, or a value is not floating
   *     point
   */
  public static Result of(Value loss, List<Value> wrt, List<Value> others) {
    if (loss.rank() != 0 || !loss.dtype().isFloat()) {
      throw new ShapeException("a loss must be a floating-point scalar, but it is " + loss);
    }
    for (Value v : wrt) {
      if (!v.dtype().isFloat()) throw new ShapeException("no gradient for " + v + ": not a float");
    }
    var outs = new ArrayList<Value>();
    outs.add(loss);
    outs.addAll(others);
    Pullback.Result r = Pullback.of(outs, Map.of(loss, loss.like(1)), wrt);
    var gradients = new ArrayList<Value>();
    for (int i = 0; i < wrt.size(); i++) {
      gradients.add(r.gradients().get(i).orElse(wrt.get(i).like(0)));
    }
    return new Result(r.outs().get(0), gradients, r.outs().subList(1, r.outs().size()));
  }

  /** One node's rule: from the cotangent {@code d} of its result to those of its arguments. */
  static void rule(Node n, Pullback to) {
    switch (n.op()) {
      case Op.Input i -> {}
      case Op.Constant c -> {}
      case Op.Range r -> {}
      case Op.RandomUniform r -> {}
      case Op.Unary u -> unary(u, n, to.cotangent(n.output()), to);
      case Op.Cast c -> {
        DType from = n.input(0).dtype();
        to.give(n.input(0), () -> to.cotangent(n.output()).cast(from));
      }
      case Op.Binary b -> binary(b, n, to.cotangent(n.output()), to);
      case Op.Where() -> {
        Value d = to.cotangent(n.output()), zero = d.like(0);
        to.give(n.input(1), () -> n.input(0).where(d, zero));
        to.give(n.input(2), () -> n.input(0).where(zero, d));
      }
      case Op.MatMul() -> matMul(n.input(0), n.input(1), to.cotangent(n.output()), to);
      case Op.ReduceSum(int axis) ->
          to.give(n.input(0), () -> to.cotangent(n.output()).expand(n.input(0).shape()));
      case Op.ReduceMax(int axis) -> reduceMax(axis, n, to.cotangent(n.output()), to);
      case Op.Reshape(Shape s) ->
          to.give(n.input(0), () -> to.cotangent(n.output()).reshape(n.input(0).shape()));
      case Op.Transpose(List<Integer> p) ->
          to.give(n.input(0), () -> to.cotangent(n.output()).transpose(inverse(p)));
      case Op.Expand(Shape s) ->
          to.give(n.input(0), () -> collapse(to.cotangent(n.output()), n.input(0).shape()));
      case Op.Concat(int axis) -> concat(axis, n, to.cotangent(n.output()), to);
      case Op.Slice(int axis, Dim from, Dim end) -> {
        Dim after = n.input(0).dim(axis).minus(end);
        to.give(n.input(0), () -> to.cotangent(n.output()).pad(axis, from, after));
      }
      case Op.Pad(int axis, Dim before, Dim after) -> {
        Dim end = before.plus(n.input(0).dim(axis));
        to.give(n.input(0), () -> to.cotangent(n.output()).slice(axis, before, end));
      }
      case Op.Gather() -> {
        Dim rows = n.input(0).dim(0);
        to.give(n.input(0), () -> to.cotangent(n.output()).scatter(n.input(1), rows));
      }
      case Op.ScatterND(Dim rows) ->
          to.give(n.input(0), () -> to.cotangent(n.output()).gather(n.input(1)));
      case Op.Scan s -> new LoopGradient(n, s).pull(to);
    }
  }

  /** {@code y = f(a)}. */
  private static void unary(Op.Unary op, Node n, Value d, Pullback to) {
    Value a = n.input(0), y = n.output();
    switch (op) {
      case NEG -> to.give(a, d::neg);
      case EXP -> to.give(a, () -> d.times(y));
      case LOG -> to.give(a, () -> d.over(a));
      case SQRT -> to.give(a, () -> d.over(y.times(2)));
      case TANH -> to.give(a, () -> d.times(y.square().oneMinus()));
      case SIGMOID -> to.give(a, () -> d.times(y.times(y.oneMinus())));
      case STOP_GRADIENT -> {}
    }
  }

  /** {@code y = f(a, b)}. */
  private static void binary(Op.Binary op, Node n, Value d, Pullback to) {
    Value a = n.input(0), b = n.input(1), y = n.output();
    switch (op) {
      case ADD -> {
        to.give(a, () -> d);
        to.give(b, () -> d);
      }
      case SUB -> {
        to.give(a, () -> d);
        to.give(b, d::neg);
      }
      case MUL -> {
        to.give(a, () -> d.times(b));
        to.give(b, () -> d.times(a));
      }
      case DIV -> {
        to.give(a, () -> d.over(b));
        to.give(b, () -> d.times(y).over(b).neg());
      }
      case MAX -> { // a tie goes to b, so that the slope of max(x, 0) at 0 is 0
        to.give(a, () -> b.less(a).where(d, d.like(0)));
        to.give(b, () -> b.less(a).where(d.like(0), d));
      }
      case LESS, EQUAL -> {}
    }
  }

  /** {@code dA = d B^T}, {@code dB = A^T d}, summed over the leading axes where B lacks them. */
  private static void matMul(Value a, Value b, Value d, Pullback to) {
    to.give(a, () -> d.matmul(b.t()));
    boolean shared = b.rank() == 2 && a.rank() > 2;
    to.give(b, () -> shared ? rows(a).t().matmul(rows(d)) : a.t().matmul(d));
  }

  /** The largest elements of a row share its cotangent. */
  private static void reduceMax(int axis, Node n, Value d, Pullback to) {
    Value a = n.input(0), y = n.output();
    to.give(
        a,
        () -> {
          Value largest = a.eq(y.expand(a.shape())).cast(a.dtype());
          return largest.times(d.over(largest.sum(axis)));
        });
  }

  private static void concat(int axis, Node n, Value d, Pullback to) {
    Dim at = Dim.ZERO;
    for (Value v : n.inputs()) {
      Dim from = at, end = at.plus(v.dim(axis));
      to.give(v, () -> d.slice(axis, from, end));
      at = end;
    }
  }

  /** All leading axes as one: {@code [..., k]} as {@code [rows, k]}. */
  static Value rows(Value v) {
    Dim rows = v.shape().without(-1 + v.rank()).size();
    return v.reshape(Shape.of(rows, v.dim(-1)));
  }

  /** Sums over the axes along which a value of the shape was repeated. */
  private static Value collapse(Value d, Shape shape) {
    Value sum = d;
    for (int i = 0; i < shape.rank(); i++) {
      if (!shape.dim(i).equals(d.dim(i))) sum = sum.sum(i);
    }
    return sum;
  }

  private static List<Integer> inverse(List<Integer> permutation) {
    var inverse = new ArrayList<>(permutation);
    for (int i = 0; i < permutation.size(); i++) inverse.set(permutation.get(i), i);
    return inverse;
  }
}
