package recurve.io.onnx;

import java.util.List;
import java.util.Optional;
import recurve.ir.Op;
import recurve.ir.Value;

/** Equations taken apart, whatever the order of their factors and terms. */
final class Factors {
  private Factors() {}

  static Optional<Value> unary(Value v, Op.Unary op) {
    return v.op() == op ? Optional.of(v.node().input(0)) : Optional.empty();
  }

  /** Both orders of the factors of a product; none if it is no product. */
  static List<List<Value>> factors(Value v) {
    return v.op() == Op.Binary.MUL ? either(v) : List.of();
  }

  /** Both orders of the terms of a sum; none if it is no sum. */
  static List<List<Value>> terms(Value v) {
    return v.op() == Op.Binary.ADD ? either(v) : List.of();
  }

  static List<List<Value>> either(Value v) {
    return List.of(v.node().inputs(), v.node().inputs().reversed());
  }

  /** Whether two are one value: a node's result, by identity. */
  static boolean same(Value a, Value b) {
    return a.equals(b);
  }
}
