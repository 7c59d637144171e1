package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Value;

/** Reductions along axes. */
final class Reductions {
  private Reductions() {}

  static Map<String, Lowering> all() {
    return Map.ofEntries(
        Map.entry("ReduceSum", reduce(Reductions::sum)),
        Map.entry("ReduceMean", reduce(Reductions::mean)),
        Map.entry("ReduceMax", reduce(Reductions::max)),
        Map.entry("ReduceMin", reduce(Reductions::min)),
        Map.entry("ReduceProd", reduce(Reductions::product)),
        Map.entry("ReduceSumSquare", reduce((x, axes) -> sum(x.square(), axes))),
        Map.entry("ReduceL1", reduce((x, axes) -> sum(Arithmetic.abs(x), axes))),
        Map.entry("ReduceL2", reduce((x, axes) -> Ops.sqrt(sum(x.square(), axes)))),
        Map.entry("ReduceLogSum", reduce((x, axes) -> Ops.log(sum(x, axes)))),
        Map.entry("ReduceLogSumExp", reduce(Reductions::logSumExp)),
        Map.entry("GlobalAveragePool", call -> pooled(call, Reductions::mean)),
        Map.entry("GlobalMaxPool", call -> pooled(call, Reductions::max)),
        Map.entry("CumSum", Reductions::cumulative));
  }

  private static Lowering reduce(BiFunction<Value, List<Integer>, Value> f) {
    return call -> {
      Value x = call.value(0);
      Optional<Ints> given = call.attributeOrArgument("axes", 1);
      boolean all = given.isEmpty() || given.get().size() == 0;
      if (all && call.flag("noop_with_empty_axes", false)) {
        return call.result(f.apply(x, List.of()));
      }
      List<Integer> axes = all ? every(x) : given.get().axes(x.rank());
      Value y = f.apply(x, axes.stream().distinct().sorted().toList());
      return call.result(call.flag("keepdims", true) ? y : Build.squeeze(y, axes));
    };
  }

  private static List<Integer> every(Value x) {
    var axes = new ArrayList<Integer>();
    for (int i = 0; i < x.rank(); i++) axes.add(i);
    return axes;
  }

  static Value sum(Value x, List<Integer> axes) {
    Value y = x;
    for (int axis : axes) y = y.sum(axis);
    return y;
  }

  static Value mean(Value x, List<Integer> axes) {
    Dim count = Dim.ONE;
    for (int axis : axes) count = count.times(x.dim(axis));
    return sum(x, axes).over(Ops.extent(x.dtype(), count));
  }

  static Value max(Value x, List<Integer> axes) {
    if (x.dtype() == DType.BOOL) return max(x.cast(DType.I32), axes).cast(DType.BOOL);
    Value y = x;
    for (int axis : axes) y = y.maxOver(axis);
    return y;
  }

  private static Value min(Value x, List<Integer> axes) {
    if (x.dtype() == DType.BOOL) return min(x.cast(DType.I32), axes).cast(DType.BOOL);
    // the least integer has no negative, but -1 - x there is
    if (x.dtype() == DType.I32) return max(x.neg().minus(1), axes).neg().minus(1);
    return max(x.neg(), axes).neg();
  }

  private static Value product(Value x, List<Integer> axes) {
    Value y = x;
    for (int axis : axes) {
      Value steps = Build.move(y, axis, 0);
      Value one = Ops.constant(1, x.dtype(), steps.shape().without(0));
      var loop = Loop.of(steps.dim(0));
      Value last =
          loop.run(
                  List.of(one),
                  List.of(steps),
                  (carry, in) -> new Loop.Trip(List.of(carry.get(0).times(in.get(0))), List.of()))
              .carry()
              .get(0);
      y = last.reshape(y.shape().with(axis, Dim.ONE));
    }
    return y;
  }

  private static Value logSumExp(Value x, List<Integer> axes) {
    Value most = max(x, axes).stopGradient();
    return Ops.log(sum(Ops.exp(x.minus(most)), axes)).plus(most);
  }

  private static List<Item> pooled(Call call, BiFunction<Value, List<Integer>, Value> f) {
    Value x = call.value(0);
    if (x.rank() < 2) throw new Refusal("an image of " + x.rank() + " axes");
    List<Integer> axes = every(x);
    return call.result(f.apply(x, axes.subList(2, axes.size())));
  }

  private static List<Item> cumulative(Call call) {
    Value x = call.value(0);
    int axis = Ints.axis(call.need(1).only().number(), x.rank());
    boolean exclusive = call.flag("exclusive", false);
    Value steps = Build.move(x, axis, 0);
    Value zero = Ops.constant(0, x.dtype(), steps.shape().without(0));
    var loop = new Loop(steps.dim(0), call.flag("reverse", false), Optional.empty());
    Value sums =
        loop.run(
                List.of(zero),
                List.of(steps),
                (carry, in) -> {
                  Value next = carry.get(0).plus(in.get(0));
                  return new Loop.Trip(List.of(next), List.of(exclusive ? carry.get(0) : next));
                })
            .ys()
            .get(0);
    return call.result(Build.move(sums, 0, axis));
  }
}
