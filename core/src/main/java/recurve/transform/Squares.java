package recurve.transform;

import java.util.Optional;
import recurve.ir.Dim;
import recurve.ir.Op;
import recurve.ir.Value;

/** Sums of the squares of all elements of a value, as they make up the norm of gradients. */
public final class Squares {
  private Squares() {}

  /** Of {@code x.square().total()} the x, wherever reshapes stand between. */
  public static Optional<Value> of(Value term) {
    Value sum = reshaped(term);
    if (!(sum.op() instanceof Op.ReduceSum(int axis))) return Optional.empty();
    Value row = sum.node().input(0), product = reshaped(row);
    boolean total = row.rank() == 2 && row.dim(0).equals(Dim.ONE) && axis == 1;
    if (!total || product.op() != Op.Binary.MUL) return Optional.empty();
    Value x = product.node().input(0);
    return x.equals(product.node().input(1)) ? Optional.of(reshaped(x)) : Optional.empty();
  }

  /** What lies behind reshapes, which keep all elements. */
  private static Value reshaped(Value v) {
    return v.op() instanceof Op.Reshape ? reshaped(v.node().input(0)) : v;
  }
}
