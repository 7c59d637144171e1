package recurve.io.onnx;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import recurve.ir.DType;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Value;

/** Arithmetic element by element; integers narrower than 32 bits wrap around in their own width. */
final class Arithmetic {
  private Arithmetic() {}

  static Map<String, Lowering> all() {
    return Map.ofEntries(
        Map.entry("Add", binary(Op.Binary.ADD)),
        Map.entry("Sub", binary(Op.Binary.SUB)),
        Map.entry("Mul", binary(Op.Binary.MUL)),
        Map.entry("Div", binary(Op.Binary.DIV)),
        Map.entry("Mod", Arithmetic::mod),
        Map.entry("Max", fold((a, b) -> Build.binary(Op.Binary.MAX, a, b))),
        Map.entry("Min", fold(Arithmetic::min)),
        Map.entry("Sum", fold((a, b) -> Build.binary(Op.Binary.ADD, a, b))),
        Map.entry("Mean", Arithmetic::mean),
        Map.entry("Pow", Arithmetic::pow),
        Map.entry("Neg", unary(Value::neg)),
        Map.entry("Abs", unary(Arithmetic::abs)),
        Map.entry("Sign", unary(Arithmetic::sign)),
        Map.entry("Sqrt", floating(Ops::sqrt)),
        Map.entry("Exp", floating(Ops::exp)),
        Map.entry("Log", floating(Ops::log)),
        Map.entry("Reciprocal", floating(x -> x.like(1).over(x))),
        Map.entry("Erf", floating(Arithmetic::erf)),
        Map.entry("Sinh", floating(x -> Ops.exp(x).minus(Ops.exp(x.neg())).times(0.5))),
        Map.entry("Cosh", floating(x -> Ops.exp(x).plus(Ops.exp(x.neg())).times(0.5))),
        Map.entry("Asinh", floating(Arithmetic::asinh)),
        Map.entry("Acosh", floating(x -> Ops.log(x.plus(Ops.sqrt(x.square().minus(1)))))),
        Map.entry("Atanh", floating(x -> Ops.log(x.plus(1).over(x.oneMinus())).times(0.5))),
        Map.entry("Clip", Arithmetic::clip));
  }

  private static Lowering binary(Op.Binary op) {
    return call -> {
      Value y = Build.binary(op, call.value(0), call.value(1));
      return call.result(Casts.wrapped(call.type(0), y));
    };
  }

  private static Lowering unary(UnaryOperator<Value> f) {
    return call -> call.result(f.apply(call.value(0)));
  }

  static Lowering floating(UnaryOperator<Value> f) {
    return call -> {
      if (!call.type(0).isFloat()) throw new Refusal(call.type(0) + " where a float is expected");
      return call.result(f.apply(call.value(0)));
    };
  }

  private static Lowering fold(BinaryOperator<Value> f) {
    return call -> call.result(call.values().stream().skip(1).reduce(call.value(0), f));
  }

  private static Value min(Value a, Value b) {
    List<Value> sides = Build.together(a, b);
    // not by negation: the least integer has no negative
    return sides.get(0).less(sides.get(1)).where(sides.get(0), notNumber(sides));
  }

  /** The second, or what is no number if the first is none. */
  private static Value notNumber(List<Value> sides) {
    Value a = sides.get(0), b = sides.get(1);
    return a.dtype().isFloat() ? a.eq(a).where(b, a) : b;
  }

  private static List<Item> mean(Call call) {
    Value first = call.value(0);
    Value sum =
        call.values().stream().skip(1).reduce(first, (a, b) -> Build.binary(Op.Binary.ADD, a, b));
    return call.result(sum.over(call.arity()));
  }

  private static Value asinh(Value x) {
    Value z = abs(x); // no difference of like numbers
    Value y = Ops.log(z.plus(Ops.sqrt(z.square().plus(1))));
    return x.less(0).where(y.neg(), y);
  }

  static Value abs(Value x) {
    return x.max(x.neg());
  }

  static Value sign(Value x) {
    Value zero = x.like(0);
    return zero.less(x).where(x.like(1), x.less(zero).where(x.like(-1), x));
  }

  private static List<Item> mod(Call call) {
    List<Value> sides = Build.together(call.value(0), call.value(1));
    Value a = sides.get(0), b = sides.get(1);
    boolean c = call.flag("fmod", false);
    if (a.dtype().isFloat()) {
      if (!c) throw new Refusal("floats have a remainder with fmod=1 only");
      return call.result(a.minus(Rounding.truncate(a.over(b)).times(b)));
    }
    Value rest = a.minus(a.over(b).times(b)); // of the sign of a
    if (c) return call.result(rest);
    Value zero = rest.like(0);
    Value differ = rest.less(zero).where(zero.less(b), b.less(zero)); // signs of rest and b
    Value adjust = rest.eq(zero).where(differ.like(0), differ);
    return call.result(adjust.where(rest.plus(b), rest)); // of the sign of b
  }

  // -- powers

  private static List<Item> pow(Call call) {
    OptionalDouble exponent = call.number(1);
    Value x = call.value(0);
    if (exponent.isEmpty()) return call.result(power(x, call.value(1)));
    double p = exponent.getAsDouble();
    boolean whole = p == Math.rint(p) && Math.abs(p) <= 64;
    if (whole && (p >= 0 || x.dtype().isFloat())) {
      Value y = power(x, (int) Math.abs(p));
      return call.result(p < 0 ? y.like(1).over(y) : y);
    }
    if (x.dtype().isFloat() && p == 0.5) return call.result(Ops.sqrt(x));
    return call.result(power(x, Call.scalar(x.dtype(), p)));
  }

  /**
   * {@code x^y = exp(y log|x|)}, negative where x is and y is odd, no number where x is negative
   * and y not whole; in F64, so that whole numbers come out whole.
   */
  private static Value power(Value x, Value y) {
    List<Value> sides = Build.together(x.cast(DType.F64), y.cast(DType.F64));
    Value base = sides.get(0), exponent = sides.get(1);
    Value zero = base.like(0);
    Value size = Ops.exp(exponent.times(Ops.log(abs(base))));
    Value half = exponent.over(2);
    Value odd = Rounding.floor(half).eq(half).where(zero, zero.plus(1));
    Value whole = Rounding.floor(exponent).eq(exponent);
    Value none = zero.over(zero);
    Value signed = whole.where(size.minus(size.times(odd).times(2)), none);
    Value result = base.less(zero).where(signed, size);
    Value safe = exponent.eq(zero).where(zero.plus(1), result);
    return (x.dtype().isFloat() ? safe : Rounding.nearest(safe)).cast(x.dtype());
  }

  private static Value power(Value x, int n) {
    if (n == 0) return x.like(1);
    Value half = power(x, n / 2);
    Value even = n == 1 ? x : half.times(half);
    return n % 2 == 1 && n > 1 ? even.times(x) : even;
  }

  /**
   * {@code erf(x)} by Abramowitz and Stegun 7.1.26 in its longer form (Numerical Recipes, erfc with
   * a relative error below 1.2e-7): what F32 can tell.
   */
  static Value erf(Value x) {
    Value z = abs(x);
    Value t = z.like(1).over(z.times(0.5).plus(1));
    double[] terms = {
      0.17087277,
      -0.82215223,
      1.48851587,
      -1.13520398,
      0.27886807,
      -0.18628806,
      0.09678418,
      0.37409196,
      1.00002368,
      -1.26551223
    };
    Value sum = t.like(terms[0]);
    for (int i = 1; i < terms.length; i++) sum = sum.times(t).plus(terms[i]);
    Value erfc = t.times(Ops.exp(sum.minus(z.square())));
    Value y = erfc.oneMinus();
    return x.less(0).where(y.neg(), y);
  }

  // -- bounds

  private static List<Item> clip(Call call) {
    Value x = call.value(0);
    if (call.opset() < 11) {
      if (call.hasAttribute("max")) x = min(x, x.like(call.real("max", 0)));
      if (call.hasAttribute("min")) x = x.max(call.real("min", 0));
      // by their definition the least is applied first; where least > greatest the last one wins
      return call.result(x);
    }
    if (call.has(1)) x = Build.binary(Op.Binary.MAX, x, Build.expand(call.value(1), x.shape()));
    if (call.has(2)) x = min(x, Build.expand(call.value(2), x.shape()));
    return call.result(x);
  }
}
