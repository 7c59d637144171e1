package recurve.transform;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.Dim;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * The order in which weights are put side by side: that of the graph's inputs, then that of the
 * slices of one value.
 *
 * <p>One order everywhere lets a loop and its gradient share the joined weights.
 */
final class Order implements Comparator<Value> {
  private final Map<Value, Integer> positions = new HashMap<>();

  Order(List<Value> inputs) {
    for (Value v : inputs) positions.put(v, positions.size());
  }

  @Override
  public int compare(Value a, Value b) {
    int byInput = Integer.compare(position(a), position(b));
    return byInput != 0 ? byInput : Long.compare(offset(a), offset(b));
  }

  private int position(Value v) {
    Value base = v;
    while (isView(base)) base = base.node().input(0);
    return positions.getOrDefault(base, Integer.MAX_VALUE);
  }

  private static long offset(Value v) {
    Value base = v;
    while (isView(base)) {
      if (base.op() instanceof Op.Slice(int axis, Dim from, Dim to) && from.isNumber()) {
        return from.number();
      }
      base = base.node().input(0);
    }
    return 0;
  }

  private static boolean isView(Value v) {
    return v.op() instanceof Op.Slice
        || v.op() instanceof Op.Transpose
        || v.op() instanceof Op.Reshape;
  }
}
