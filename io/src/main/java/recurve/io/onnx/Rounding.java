package recurve.io.onnx;

import java.util.Map;
import java.util.function.UnaryOperator;
import recurve.ir.DType;
import recurve.ir.Value;

/** Rounding, by way of integers: our graph has no operation for it. */
final class Rounding {
  private static final double LARGE = 1 << 30; // beyond it, floats of 32 bits are whole anyway

  private Rounding() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "Floor", lowering(Rounding::floor),
        "Ceil", lowering(x -> floor(x.neg()).neg()),
        "Round", lowering(Rounding::nearest));
  }

  private static Lowering lowering(UnaryOperator<Value> f) {
    return call -> {
      if (call.type(0) == ElementType.DOUBLE) {
        throw new Refusal("doubles beyond 2^30 would not round right");
      }
      return call.result(f.apply(call.value(0)));
    };
  }

  /** Towards zero. */
  static Value truncate(Value x) {
    Value small = x.cast(DType.I32).cast(x.dtype());
    return Arithmetic.abs(x).less(LARGE).where(small, x);
  }

  static Value floor(Value x) {
    Value whole = truncate(x);
    return x.less(whole).where(whole.minus(1), whole);
  }

  /** To the nearest; from the middle to the even one. */
  static Value nearest(Value x) {
    Value below = floor(x);
    Value rest = x.minus(below);
    Value half = below.over(2);
    Value even = floor(half).eq(half);
    Value middle = even.where(below, below.plus(1));
    Value decided = rest.less(0.5).where(below, below.plus(1));
    return rest.eq(rest.like(0.5)).where(middle, decided);
  }
}
