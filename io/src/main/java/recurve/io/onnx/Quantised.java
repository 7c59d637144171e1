package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Quantised numbers and products of them: whole numbers are exact in F64, so a product of integers
 * is one of floats.
 */
final class Quantised {
  private Quantised() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "QuantizeLinear", Quantised::quantize,
        "DequantizeLinear", Quantised::dequantize,
        "DynamicQuantizeLinear", Quantised::dynamic,
        "MatMulInteger", Quantised::matMulInteger,
        "QLinearMatMul", Quantised::matMul,
        "ConvInteger", Quantised::convInteger,
        "QLinearConv", Quantised::conv);
  }

  /** A scale or zero point spread over what it belongs to: one for all, for an axis, for blocks. */
  private static Value spread(Call call, Value s, Value x) {
    if (s.rank() == 0 || s.shape().size().is(1)) {
      return Build.expand(Build.reshape(s, Shape.SCALAR), x.shape());
    }
    int axis = call.axis("axis", 1, x.rank());
    long block = call.integer("block_size", 0);
    if (s.rank() == 1) {
      var dims = new ArrayList<>(Collections.nCopies(x.rank(), Dim.ONE));
      dims.set(axis, s.dim(0));
      return Build.expand(Build.reshape(s, new Shape(dims)), x.shape());
    }
    if (block <= 0 || s.rank() != x.rank()) throw new Refusal("a scale of shape " + s.shape());
    var wide = new ArrayList<>(s.shape().dims());
    wide.add(axis + 1, Dim.of(block));
    Value repeated = Build.expand(Build.unsqueeze(s, List.of(axis + 1)), new Shape(wide));
    Value joined = Build.reshape(repeated, s.shape().with(axis, s.dim(axis).times(Dim.of(block))));
    return joined.slice(axis, Dim.ZERO, x.dim(axis));
  }

  private static List<Item> dequantize(Call call) {
    Value x = call.value(0);
    Value scale = call.value(1);
    Value real = x.cast(scale.dtype());
    if (call.has(2)) {
      // of whole numbers first, as they are subtracted exactly
      Value zero = spread(call, call.value(2), x);
      real = x.dtype() == DType.I32 ? x.minus(zero).cast(scale.dtype()) : real.minus(zero);
    }
    return call.result(call.type(1), real.times(spread(call, scale, x)));
  }

  private static List<Item> quantize(Call call) {
    ElementType to = ElementType.UINT8;
    if (call.has(2)) {
      to = call.type(2);
    } else if (call.integer("output_dtype", 0) != 0) {
      int number = (int) call.integer("output_dtype", 0);
      to = ElementType.of(number).orElseThrow(() -> new Refusal("to type number " + number));
    }
    if (!to.isInteger()) throw new Refusal("rounding to " + to);
    Value x = call.value(0);
    Value real = x.cast(call.value(1).dtype()).over(spread(call, call.value(1), x));
    Value whole = Rounding.nearest(real);
    if (call.has(2)) whole = whole.plus(spread(call, call.value(2), x).cast(whole.dtype()));
    return call.result(to, saturated(whole, to));
  }

  private static Value saturated(Value whole, ElementType to) {
    return whole.max(to.least()).min(whole.like(to.greatest())).cast(DType.I32);
  }

  /** Scale and zero point from the least and the greatest, of which zero is one. */
  private static List<Item> dynamic(Call call) {
    Value x = call.value(0);
    Value line = x.reshape(Shape.of(x.shape().size()));
    Value greatest = line.maxOver(0).reshape(Shape.SCALAR).max(0);
    Value least = line.neg().maxOver(0).reshape(Shape.SCALAR).neg();
    Value low = least.min(least.like(0));
    Value scale = greatest.minus(low).over(255);
    Value zero = saturated(Rounding.nearest(low.neg().over(scale)), ElementType.UINT8);
    Value whole = Rounding.nearest(x.over(scale.expand(x.shape())));
    Value shifted = whole.plus(zero.cast(whole.dtype()).expand(x.shape()));
    return List.of(
        Item.of(ElementType.UINT8, saturated(shifted, ElementType.UINT8)),
        Item.of(call.type(0), scale),
        Item.of(ElementType.UINT8, zero));
  }

  private static List<Item> matMulInteger(Call call) {
    Value a = shifted(call, 0, 2, true), b = shifted(call, 1, 3, false);
    Value y = Products.matMul(a, b);
    return call.result(ElementType.INT32, y.cast(DType.I32));
  }

  /** An argument less its zero point, which may be one for each row, or column. */
  private static Value shifted(Call call, int argument, int zeroPoint, boolean rows) {
    Value x = call.value(argument);
    if (!call.has(zeroPoint)) return x.cast(DType.F64);
    Value zero = call.value(zeroPoint);
    if (zero.rank() == 1 && rows) zero = Build.unsqueeze(zero, List.of(1));
    return Build.binary(Op.Binary.SUB, x, zero).cast(DType.F64);
  }

  private static List<Item> matMul(Call call) {
    // a, its scale and zero point; b, its; y's
    Value a = real(call, 0), b = real(call, 3);
    Value y = Products.matMul(a, b);
    return quantised(call, y);
  }

  /** A result by the scale and zero point that are arguments 7 and 8. */
  private static List<Item> quantised(Call call, Value y) {
    Value scale = call.value(6).cast(DType.F64), zero = call.value(7);
    Value scaled = Build.binary(Op.Binary.DIV, y, scale);
    // what is kept has 8 bits, so that nothing beyond 2^30 matters
    Value whole = Rounding.nearest(scaled);
    Value sum = Build.binary(Op.Binary.ADD, whole, zero.cast(DType.F64));
    return call.result(call.type(7), saturated(sum, call.type(7)));
  }

  private static List<Item> convInteger(Call call) {
    Value w = kernel(call, 1, Optional.empty(), call.optional(3));
    Value y = Convolutions.convolve(call, shifted(call, 0, 2, false), w, Optional.empty());
    return call.result(ElementType.INT32, y.cast(DType.I32));
  }

  private static List<Item> conv(Call call) {
    Value x = real(call, 0);
    Value scale = call.value(4).cast(DType.F64);
    Value w = kernel(call, 3, Optional.of(scale), call.optional(5));
    Value of = Build.binary(Op.Binary.MUL, scale, call.value(1).cast(DType.F64)); // of a product
    Optional<Value> bias =
        call.optional(8).map(b -> Build.binary(Op.Binary.MUL, b.cast(DType.F64), of));
    return quantised(call, Convolutions.convolve(call, x, w, bias));
  }

  /** A kernel [M, C, K] with one zero point and scale, or one of each for each of M. */
  private static Value kernel(
      Call call, int argument, Optional<Value> scale, Optional<Value> zero) {
    Value whole = call.value(argument);
    if (zero.isPresent()) whole = Build.binary(Op.Binary.SUB, whole, first(zero.get(), whole));
    Value w = whole.cast(DType.F64);
    return scale.map(s -> Build.binary(Op.Binary.MUL, w, first(s, w))).orElse(w);
  }

  /** One number for each index of the first axis. */
  private static Value first(Value v, Value like) {
    if (v.rank() == 0) return v;
    var dims = new ArrayList<>(Collections.nCopies(like.rank(), Dim.ONE));
    dims.set(0, v.dim(0));
    return Build.reshape(v, new Shape(dims));
  }

  private static Value real(Call call, int i) {
    Value x = call.value(i), scale = call.value(i + 1), zero = call.value(i + 2);
    boolean rows = i == 0 && zero.rank() == 1 && !zero.dim(0).is(1);
    if (rows) {
      zero = Build.unsqueeze(zero, List.of(1));
      scale = Build.unsqueeze(scale, List.of(1));
    }
    Value whole = Build.binary(Op.Binary.SUB, x, zero).cast(DType.F64);
    return Build.binary(Op.Binary.MUL, whole, scale.cast(DType.F64));
  }
}
