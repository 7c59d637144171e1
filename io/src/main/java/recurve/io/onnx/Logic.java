package recurve.io.onnx;

import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import recurve.ir.DType;
import recurve.ir.Op;
import recurve.ir.Value;

/** Comparisons, and truth values. */
final class Logic {
  private Logic() {}

  static Map<String, Lowering> all() {
    return Map.ofEntries(
        Map.entry("Equal", truth((a, b) -> compare(Op.Binary.EQUAL, a, b))),
        Map.entry("Less", truth((a, b) -> compare(Op.Binary.LESS, a, b))),
        Map.entry("Greater", truth((a, b) -> compare(Op.Binary.LESS, b, a))),
        Map.entry("LessOrEqual", truth((a, b) -> atMost(a, b))),
        Map.entry("GreaterOrEqual", truth((a, b) -> atMost(b, a))),
        Map.entry("And", truth((a, b) -> Build.where(a, b, a.like(0)))),
        Map.entry("Or", truth((a, b) -> Build.where(a, a.like(1), b))),
        Map.entry("Xor", truth((a, b) -> Build.where(a, Build.not(b), b))),
        Map.entry("Not", call -> call.result(Build.not(call.value(0)))),
        Map.entry("IsNaN", Logic::isNaN),
        Map.entry("IsInf", Logic::isInfinite),
        Map.entry("Where", Logic::where));
  }

  private static Lowering truth(BinaryOperator<Value> f) {
    return call -> call.result(ElementType.BOOL, f.apply(call.value(0), call.value(1)));
  }

  private static Value compare(Op.Binary op, Value a, Value b) {
    return Build.binary(op, number(a), number(b));
  }

  private static Value number(Value v) {
    return v.dtype() == DType.BOOL ? v.cast(DType.I32) : v;
  }

  /** Less or equal; neither where one is no number. */
  private static Value atMost(Value a, Value b) {
    List<Value> sides = Build.together(number(a), number(b));
    Value x = sides.get(0), y = sides.get(1);
    Value less = x.less(y);
    return less.where(less.like(1), x.eq(y));
  }

  private static List<Item> isNaN(Call call) {
    Value x = call.value(0);
    return call.result(ElementType.BOOL, Build.not(x.eq(x)));
  }

  private static List<Item> isInfinite(Call call) {
    Value x = call.value(0);
    Value infinite = x.like(Double.POSITIVE_INFINITY);
    Value high = x.eq(infinite), low = x.eq(infinite.neg());
    Value none = high.like(0);
    if (!call.flag("detect_positive", true)) high = none;
    if (!call.flag("detect_negative", true)) low = none;
    return call.result(ElementType.BOOL, high.where(none.like(1), low));
  }

  private static List<Item> where(Call call) {
    Value condition = call.value(0), a = call.value(1), b = call.value(2);
    if (isLast(condition, a, b)) return call.result(call.type(1), a);
    return call.result(call.type(1), Build.where(condition, a, b));
  }

  /**
   * Whether this chooses, by row, what a loop ends with where it has steps, and what it began with
   * where it has none: which is what our loops end with anyway. Exports write it since runtimes
   * differ there.
   */
  private static boolean isLast(Value condition, Value ended, Value first) {
    Value rows = unshaped(condition);
    if (rows.op() != Op.Binary.LESS || !(ended.op() instanceof Op.Scan scan)) return false;
    if (!scan.lengths() || ended.index() >= scan.carries()) return false;
    boolean zero = unshaped(rows.node().input(0)).op() instanceof Op.Constant c && c.value() == 0;
    Value lengths = ended.node().inputs().getLast();
    Value begun = ended.node().input(scan.consts() + ended.index());
    return zero && rows.node().input(1).equals(lengths) && begun.equals(first);
  }

  private static Value unshaped(Value v) {
    Value now = v;
    while (now.op() instanceof Op.Reshape || now.op() instanceof Op.Expand) {
      now = now.node().input(0);
    }
    return now;
  }
}
