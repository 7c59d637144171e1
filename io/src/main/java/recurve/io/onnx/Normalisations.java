package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** Softmax and its kin, and normalisations by mean and variance. */
final class Normalisations {
  private Normalisations() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "Softmax", softmax(Ops::softmax),
        "LogSoftmax", softmax(Ops::logSoftmax),
        "Hardmax", Normalisations::hardmax,
        "LayerNormalization", Normalisations::layer,
        "RMSNormalization", Normalisations::rootMeanSquare,
        "BatchNormalization", Normalisations::batch,
        "InstanceNormalization", Normalisations::instance,
        "LpNormalization", Normalisations::length);
  }

  /** Along an axis; up to opset 12, along all axes from one on together. */
  private static Lowering softmax(BiFunction<Value, Integer, Value> f) {
    return call -> {
      Value x = call.value(0);
      if (call.opset() >= 13) return call.result(f.apply(x, call.axis("axis", -1, x.rank())));
      int axis = call.axis("axis", 1, x.rank());
      if (axis == x.rank() - 1) return call.result(f.apply(x, axis));
      Value rows = Build.reshape(x, Shapes.matrix(x.shape(), axis));
      return call.result(Build.reshape(f.apply(rows, 1), x.shape()));
    };
  }

  private static List<Item> hardmax(Call call) {
    Value x = call.value(0);
    int axis = call.axis("axis", call.opset() < 13 ? 1 : -1, x.rank());
    if (call.opset() < 13 && axis != x.rank() - 1) throw new Refusal("along several axes");
    Value index = Ops.range(axis, recurve.ir.DType.I32, x.shape());
    Value hit = x.maxOver(axis).expand(x.shape()).eq(x);
    Value first = hit.where(index, index.like(Integer.MAX_VALUE)).neg().maxOver(axis).neg();
    Value one = first.expand(x.shape()).eq(index);
    return call.result(one.where(x.like(1), x.like(0)));
  }

  private static List<Integer> from(int axis, int rank) {
    var axes = new ArrayList<Integer>();
    for (int i = axis; i < rank; i++) axes.add(i);
    return axes;
  }

  private static List<Item> layer(Call call) {
    Value x = call.value(0);
    List<Integer> axes = from(call.axis("axis", -1, x.rank()), x.rank());
    Value mean = Reductions.mean(x, axes);
    Value centred = x.minus(mean);
    Value variance = Reductions.mean(centred.square(), axes);
    Value deviation = Ops.sqrt(variance.plus(call.real("epsilon", 1e-5)));
    Value y = centred.over(deviation).times(Build.expand(call.value(1), x.shape()));
    if (call.has(2)) y = y.plus(Build.expand(call.value(2), x.shape()));
    ElementType type = call.type(0);
    Value inverse = deviation.like(1).over(deviation);
    return List.of(Item.of(type, y), Item.of(type, mean), Item.of(type, inverse));
  }

  private static List<Item> rootMeanSquare(Call call) {
    Value x = call.value(0);
    List<Integer> axes = from(call.axis("axis", -1, x.rank()), x.rank());
    Value square = Reductions.mean(x.square(), axes);
    Value y = x.over(Ops.sqrt(square.plus(call.real("epsilon", 1e-5))));
    return call.result(y.times(Build.expand(call.value(1), x.shape())));
  }

  /** By the statistics of training, which are weights. */
  private static List<Item> batch(Call call) {
    if (call.flag("training_mode", false)) throw new Refusal("training_mode is set");
    Value x = call.value(0);
    Value scale = channels(call.value(1), x), shift = channels(call.value(2), x);
    Value mean = channels(call.value(3), x), variance = channels(call.value(4), x);
    Value deviation = Ops.sqrt(variance.plus(call.real("epsilon", 1e-5)));
    return call.result(x.minus(mean).over(deviation).times(scale).plus(shift));
  }

  private static List<Item> instance(Call call) {
    Value x = call.value(0);
    List<Integer> axes = from(2, x.rank());
    Value centred = x.minus(Reductions.mean(x, axes));
    Value variance = Reductions.mean(centred.square(), axes);
    Value deviation = Ops.sqrt(variance.plus(call.real("epsilon", 1e-5)));
    Value y = centred.over(deviation).times(channels(call.value(1), x));
    return call.result(y.plus(channels(call.value(2), x)));
  }

  /** One number for each channel, the second axis. */
  private static Value channels(Value v, Value x) {
    var dims = new ArrayList<>(Collections.nCopies(x.rank(), Dim.ONE));
    if (x.rank() > 1) dims.set(1, v.dim(0));
    return Build.expand(Build.reshape(v, new Shape(dims)), x.shape());
  }

  private static List<Item> length(Call call) {
    Value x = call.value(0);
    int axis = call.axis("axis", -1, x.rank());
    boolean sum = call.integer("p", 2) == 1;
    Value norm = sum ? Arithmetic.abs(x).sum(axis) : Ops.sqrt(x.square().sum(axis));
    return call.result(x.over(norm));
  }
}
