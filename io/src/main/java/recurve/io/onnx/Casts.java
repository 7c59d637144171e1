package recurve.io.onnx;

import java.util.List;
import java.util.Map;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Value;

/** Conversions of element types. */
final class Casts {
  private Casts() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "Cast",
        Casts::cast,
        "CastLike",
        call -> call.result(call.type(1), to(call, call.type(1))),
        "Identity",
        call -> List.of(call.item(0)),
        "Dropout",
        Casts::dropout);
  }

  private static List<Item> cast(Call call) {
    ElementType to =
        ElementType.of((int) call.integer("to", 0))
            .orElseThrow(() -> new Refusal("to type number " + call.integer("to", 0)));
    return call.result(to, to(call, to));
  }

  private static Value to(Call call, ElementType to) {
    ElementType from = call.type(0);
    Value x = call.value(0);
    if (to.isTinyFloat() && to != from) throw new Refusal("rounding to " + to);
    Value y = x.cast(to.carrier());
    boolean wider = from.isInteger() && from.least() >= to.least();
    return wider && from.greatest() <= to.greatest() ? y : wrapped(to, y);
  }

  /** An integer of fewer than 32 bits as its lowest bits say. */
  static Value wrapped(ElementType type, Value v) {
    if (!type.isInteger() || type.bits() >= 32) return v;
    long size = 1L << type.bits();
    long least = type.least();
    // v - least modulo size, by a quotient that truncates
    Value shifted = v.plus(-least);
    Value rest = shifted.minus(shifted.over(size).times(size));
    return rest.less(0).where(rest.plus(size), rest).plus(least);
  }

  /** The identity: graphs are read as they run, and not as they train. */
  private static List<Item> dropout(Call call) {
    if (call.has(2) && call.need(2).only().number() != 0) throw new Refusal("training_mode is set");
    Value x = call.value(0);
    Value mask = x.like(0).eq(x.like(0));
    if (call.outputs() > 1 && !mask.shape().size().equals(Dim.ZERO)) {
      return List.of(call.item(0), Item.of(ElementType.BOOL, mask.cast(DType.BOOL)));
    }
    return List.of(call.item(0));
  }
}
