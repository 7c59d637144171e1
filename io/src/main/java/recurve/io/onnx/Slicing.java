package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** Parts of axes, and what stands around them. */
final class Slicing {
  private Slicing() {}

  static Map<String, Lowering> all() {
    return Map.of("Slice", Slicing::slices, "Split", Slicing::split, "Pad", Slicing::pad);
  }

  private static List<Item> slices(Call call) {
    Value x = call.value(0);
    Ints starts = call.attributeOrArgument("starts", 1).orElseThrow(() -> new Refusal("no starts"));
    Ints ends = call.attributeOrArgument("ends", 2).orElseThrow(() -> new Refusal("no ends"));
    Optional<Ints> axes = call.attributeOrArgument("axes", 3);
    Optional<Ints> steps = call.has(4) ? Optional.of(call.need(4)) : Optional.empty();
    int count = starts.size();
    boolean alike =
        ends.size() == count
            && axes.map(Ints::size).orElse(count) == count
            && steps.map(Ints::size).orElse(count) == count;
    if (!alike) throw new Refusal(count + " starts, but not as many ends, axes and steps");
    for (int i = 0; i < count; i++) {
      int axis = axes.isPresent() ? axes.get().axes(x.rank()).get(i) : i;
      long step = steps.isPresent() ? steps.get().numbers().get(i) : 1;
      x = slice(x, axis, starts.elements().get(i), ends.elements().get(i), step);
    }
    return call.result(x);
  }

  private static Value slice(Value x, int axis, Dim start, Dim end, long step) {
    Dim extent = x.dim(axis);
    if (step == 0) throw new Refusal("a step of 0");
    if (step == 1) return part(x, axis, from(start, extent), from(end, extent));
    if (step == -1 && whole(start, end, extent)) return Build.flip(x, axis);
    if (!extent.isNumber() || !start.isNumber() || !end.isNumber()) {
      throw new Refusal("a step of " + step + " along an extent of " + extent);
    }
    // backwards, places run from the last element to one before the first
    long back = step > 0 ? 0 : -1;
    long n = extent.number();
    long a = step > 0 ? place(start, n, 0, n) : place(start, n, 0, n - 1);
    long b = place(end, n, back, n + back);
    long count = Math.max(0, Math.ceilDiv(b - a, step));
    if (count == 0) return x.slice(axis, 0, 0);
    Value ids = Ops.range(0, DType.I32, Shape.of(count)).times(step).plus(a);
    return Build.take(x, axis, ids);
  }

  /** Whether all of an axis is taken, backwards. */
  private static boolean whole(Dim start, Dim end, Dim extent) {
    boolean last = start.is(-1) || start.equals(extent.plus(-1)) || isFar(start);
    boolean first = end.isNumber() && end.number() < -(1L << 30);
    return last && first || last && end.equals(extent.times(Dim.of(-1)).plus(-1));
  }

  private static boolean isFar(Dim d) {
    return d.isNumber() && d.number() >= Integer.MAX_VALUE;
  }

  /** Elements from and to places that may lie outside. */
  private static Value part(Value x, int axis, Dim from, Dim to) {
    Dim extent = to.minus(from);
    if (extent.isNumber() && extent.number() < 0) return x.slice(axis, from, from);
    return x.slice(axis, from, to);
  }

  /**
   * A place along an axis: negative ones count from the end, those outside become the nearest
   * inside. Where an extent is open, a place is taken to be inside, which running checks.
   */
  private static Dim from(Dim place, Dim extent) {
    if (extent.isNumber() && place.isNumber()) {
      return Dim.of(place(place, extent.number(), 0, extent.number()));
    }
    if (isFar(place)) return extent;
    if (!place.isNumber()) return isNegative(place) ? extent.plus(place) : place;
    if (place.number() < -(1L << 30)) return Dim.ZERO;
    return place.number() < 0 ? extent.plus(place) : place;
  }

  private static long place(Dim place, long extent, long least, long most) {
    long p = place.number();
    return Math.clamp(p < 0 && p > -(1L << 40) ? p + extent : p, least, most);
  }

  private static boolean isNegative(Dim place) {
    return place.terms().values().stream().allMatch(c -> c < 0);
  }

  private static List<Item> split(Call call) {
    Value x = call.value(0);
    int axis = call.axis("axis", 0, x.rank());
    List<Dim> parts = parts(call, x.dim(axis));
    var results = new ArrayList<Item>();
    Dim at = Dim.ZERO;
    for (Dim part : parts) {
      Dim end = at.plus(part);
      results.add(Item.of(call.type(0), x.slice(axis, at, end)));
      at = end;
    }
    Fit.same(at, x.dim(axis));
    return results;
  }

  private static List<Dim> parts(Call call, Dim extent) {
    Optional<Ints> given = call.attributeOrArgument("split", 1);
    if (given.isPresent()) return given.get().elements();
    long n = call.integer("num_outputs", call.outputs());
    if (n < 1 || n > 10_000) throw new Refusal(n + " parts");
    if (!extent.isNumber()) {
      return Collections.nCopies((int) n, Shapes.quotient(extent, Dim.of(n)));
    }
    long each = Math.ceilDiv(extent.number(), n); // the last one may be shorter
    var parts = new ArrayList<Dim>();
    for (long i = 0; i < n; i++) {
      parts.add(Dim.of(Math.clamp(extent.number() - i * each, 0, each)));
    }
    return parts;
  }

  // -- padding

  private static List<Item> pad(Call call) {
    String mode = call.text("mode", "constant");
    boolean constant = mode.equals("constant");
    if (!constant && !mode.equals("reflect") && !mode.equals("edge")) {
      throw new Refusal("padding by '" + mode + "'");
    }
    Value x = call.value(0);
    String attribute = call.opset() < 2 ? "paddings" : "pads";
    Ints pads = call.attributeOrArgument(attribute, 1).orElseThrow(() -> new Refusal("no pads"));
    List<Integer> axes = new ArrayList<>();
    if (call.has(3)) axes = call.need(3).axes(x.rank());
    else for (int i = 0; i < x.rank(); i++) axes.add(i);
    if (pads.size() != 2 * axes.size()) throw new Refusal(pads.size() + " pads for " + axes);
    if (!constant) {
      for (int i = 0; i < axes.size(); i++) {
        Dim before = pads.elements().get(i), after = pads.elements().get(i + axes.size());
        x = repeated(x, axes.get(i), before, after, mode.equals("reflect"));
      }
      return call.result(x);
    }
    Value y = x;
    Value inside = x.like(0).eq(x.like(0));
    for (int i = 0; i < axes.size(); i++) {
      Dim before = pads.elements().get(i), after = pads.elements().get(i + axes.size());
      y = pad(y, axes.get(i), before, after);
      inside = pad(inside, axes.get(i), before, after);
    }
    Optional<Value> fill = fill(call, x);
    if (fill.isEmpty()) return call.result(y);
    return call.result(Build.where(inside, y, fill.get()));
  }

  /**
   * Elements of the axis again before and after it: mirrored at its ends, or the ends themselves.
   * Where a pad is negative, so much less.
   */
  private static Value repeated(Value x, int axis, Dim before, Dim after, boolean mirrored) {
    if (before.is(0) && after.is(0)) return x;
    Dim extent = x.dim(axis);
    if (mirrored && (reaches(before, extent) || reaches(after, extent))) {
      throw new Refusal("mirroring " + before + " and " + after + " of " + extent + " elements");
    }
    Value place = Ops.range(0, DType.I32, Shape.of(before.plus(extent).plus(after)));
    place =
        before.isNumber()
            ? place.minus(before.number())
            : place.minus(Ops.extent(DType.I32, before));
    Value last = Ops.extent(DType.I32, extent).minus(1);
    Value inside = mirrored ? last.minus(size(last.minus(size(place)))) : place.max(0).min(last);
    return Build.take(x, axis, inside);
  }

  /** Whether so many elements before the first would be more than the mirrored ones are. */
  private static boolean reaches(Dim pad, Dim extent) {
    return pad.isNumber() && extent.isNumber() && pad.number() >= extent.number();
  }

  private static Value size(Value a) {
    return a.max(a.neg());
  }

  private static Optional<Value> fill(Call call, Value x) {
    if (call.opset() < 11) {
      double value = call.real("value", 0);
      return value == 0 ? Optional.empty() : Optional.of(Call.scalar(x.dtype(), value));
    }
    if (!call.has(2)) return Optional.empty();
    var known = call.number(2);
    if (known.isPresent() && known.getAsDouble() == 0) return Optional.empty();
    return Optional.of(Build.reshape(call.value(2), Shape.SCALAR));
  }

  /** Zeros before and after; where a pad is negative, so much less. */
  static Value pad(Value x, int axis, Dim before, Dim after) {
    boolean cutBefore = before.isNumber() && before.number() < 0;
    boolean cutAfter = after.isNumber() && after.number() < 0;
    Dim from = cutBefore ? before.times(Dim.of(-1)) : Dim.ZERO;
    Dim to = cutAfter ? x.dim(axis).plus(after) : x.dim(axis);
    Value cut = x.slice(axis, from, to);
    return cut.pad(axis, cutBefore ? Dim.ZERO : before, cutAfter ? Dim.ZERO : after);
  }
}
