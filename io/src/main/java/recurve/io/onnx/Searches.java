package recurve.io.onnx;

import java.util.List;
import java.util.Map;
import recurve.ir.DType;
import recurve.ir.Ops;
import recurve.ir.Value;

/** Where the largest and the smallest stand, and what stands where. */
final class Searches {
  private Searches() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "ArgMax", call -> find(call, call.value(0)),
        "ArgMin", call -> find(call, call.value(0).neg()),
        "OneHot", Searches::oneHot);
  }

  /** The first index of the largest along an axis, or the last. */
  private static List<Item> find(Call call, Value x) {
    int axis = call.axis("axis", 0, x.rank());
    Value index = Ops.range(axis, DType.I32, x.shape());
    boolean last = call.flag("select_last_index", false);
    Value hit = x.maxOver(axis).expand(x.shape()).eq(x);
    Value none = index.like(Integer.MAX_VALUE);
    Value found =
        last
            ? hit.where(index, index.like(-1)).maxOver(axis)
            : hit.where(index, none).neg().maxOver(axis).neg();
    boolean keep = call.flag("keepdims", true);
    return call.result(ElementType.INT64, keep ? found : Build.squeeze(found, List.of(axis)));
  }

  private static List<Item> oneHot(Call call) {
    Value ids = call.value(0).cast(DType.I32);
    long depth = call.need(1).only().number();
    Value values = call.value(2);
    int axis = Ints.axis(call.integer("axis", -1), ids.rank() + 1);
    Value at = Build.unsqueeze(ids, List.of(axis));
    var shape = at.shape().with(axis, recurve.ir.Dim.of(depth));
    Value past = at.less(0).where(at.plus(depth), at);
    Value hit = past.expand(shape).eq(Ops.range(axis, DType.I32, shape));
    Value off = values.slice(0, 0, 1).reshape(recurve.ir.Shape.SCALAR);
    Value on = values.slice(0, 1, 2).reshape(recurve.ir.Shape.SCALAR);
    return call.result(call.type(2), Build.where(hit, on, off));
  }
}
