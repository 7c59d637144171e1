package recurve.io.onnx;

import java.util.Optional;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * A softmax, or its logarithm, recognised from its equations: one operator in ONNX.
 *
 * <pre>
 *   z = x - max(x)     Softmax = exp(z) / sum(exp(z))     LogSoftmax = z - log(sum(exp(z)))
 * </pre>
 */
record Softmax(String operator, Value x, int axis) {

  /** The softmax that a node is the last operation of. */
  static Optional<Softmax> of(Node n) {
    if (n.op() == Op.Binary.DIV) {
      Value e = n.input(0);
      if (e.op() != Op.Unary.EXP) return Optional.empty();
      return summed(n.input(1), e)
          .flatMap(axis -> shifted(e.node().input(0), axis))
          .map(s -> new Softmax("Softmax", s.x, s.axis));
    }
    if (n.op() == Op.Binary.SUB) {
      Value log = unexpanded(n.input(1));
      if (log.op() != Op.Unary.LOG) return Optional.empty();
      Value sum = log.node().input(0);
      if (!(sum.op() instanceof Op.ReduceSum(int axis))) return Optional.empty();
      Value e = sum.node().input(0);
      boolean ofThis = e.op() == Op.Unary.EXP && e.node().input(0).equals(n.input(0));
      return ofThis ? shifted(n.input(0), axis) : Optional.empty();
    }
    return Optional.empty();
  }

  /** The axis along which {@code v} is the sum of {@code e}. */
  private static Optional<Integer> summed(Value v, Value e) {
    Value sum = unexpanded(v);
    boolean same = sum.op() instanceof Op.ReduceSum && sum.node().input(0).equals(e);
    return same && sum.op() instanceof Op.ReduceSum(int axis)
        ? Optional.of(axis)
        : Optional.empty();
  }

  /** {@code x}, of {@code x - max(x)} along an axis. */
  private static Optional<Softmax> shifted(Value z, int axis) {
    if (z.op() != Op.Binary.SUB) return Optional.empty();
    Value x = z.node().input(0);
    Value max = unexpanded(z.node().input(1));
    if (max.op() == Op.Unary.STOP_GRADIENT) max = max.node().input(0);
    boolean same = max.op() instanceof Op.ReduceMax(int along) && along == axis;
    return same && max.node().input(0).equals(x)
        ? Optional.of(new Softmax("LogSoftmax", x, axis))
        : Optional.empty();
  }

  private static Value unexpanded(Value v) {
    return v.op() instanceof Op.Expand ? v.node().input(0) : v;
  }
}
