package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** Shapes: what they are, and the same elements under others. */
final class Shapes {
  private Shapes() {}

  static Map<String, Lowering> all() {
    return Map.ofEntries(
        Map.entry("Shape", Shapes::shape),
        Map.entry("Size", Shapes::size),
        Map.entry("Reshape", Shapes::reshape),
        Map.entry("Flatten", Shapes::flatten),
        Map.entry("Squeeze", Shapes::squeeze),
        Map.entry("Unsqueeze", Shapes::unsqueeze),
        Map.entry("Transpose", Shapes::transpose),
        Map.entry("Expand", Shapes::expand),
        Map.entry("Tile", Shapes::tile),
        Map.entry("Concat", Shapes::concat));
  }

  private static List<Item> shape(Call call) {
    List<Dim> dims = call.shape(0).dims();
    int start = bound(call.integer("start", 0), dims.size());
    int end = bound(call.integer("end", dims.size()), dims.size());
    return known(Ints.list(start < end ? dims.subList(start, end) : List.of()));
  }

  private static int bound(long index, int rank) {
    return Math.clamp(index < 0 ? index + rank : index, 0, rank);
  }

  private static List<Item> size(Call call) {
    return known(Ints.scalar(call.shape(0).size()));
  }

  private static List<Item> known(Ints ints) {
    return List.of(Item.of(ElementType.INT64, ints));
  }

  private static List<Item> reshape(Call call) {
    Value x = call.value(0);
    Ints wish =
        call.opset() < 5 ? call.attributeOrArgument("shape", 1).orElseThrow() : call.need(1);
    boolean zeros = call.flag("allowzero", false);
    var dims = new ArrayList<Dim>();
    int open = -1;
    Dim size = Dim.ONE;
    for (Dim d : wish.elements()) {
      int at = dims.size();
      Dim now = d;
      if (d.is(0) && !zeros) {
        if (at >= x.rank()) throw new Refusal("extent " + at + " of its argument is kept: none");
        now = x.dim(at);
      }
      if (d.is(-1)) {
        if (open >= 0) throw new Refusal("two extents are left open");
        open = at;
        now = Dim.ONE;
      } else if (now.isNumber() && now.number() < 0) {
        throw new Refusal("an extent of " + now);
      }
      dims.add(now);
      size = size.times(now);
    }
    if (open >= 0) {
      dims.set(open, quotient(x.shape().size(), size));
    } else {
      Fit.same(x.shape().size(), size);
    }
    return call.result(Build.reshape(x, new Shape(dims)));
  }

  /** The extent that is left when others are taken out of a size. */
  static Dim quotient(Dim size, Dim by) {
    if (by.is(0)) return Dim.ZERO;
    return Extent.divide(size, by)
        .orElseThrow(() -> new Refusal("extent " + size + " / " + by + " is no polynomial"));
  }

  private static List<Item> flatten(Call call) {
    Value x = call.value(0);
    long axis = call.integer("axis", 1);
    int at = axis == x.rank() ? x.rank() : Ints.axis(axis, Math.max(1, x.rank()));
    return call.result(Build.reshape(x, matrix(x.shape(), at)));
  }

  /** The shape of two axes, the second of which begins at an axis. */
  static Shape matrix(Shape shape, int axis) {
    List<Dim> dims = shape.dims();
    Dim rows = new Shape(dims.subList(0, axis)).size();
    return Shape.of(rows, new Shape(dims.subList(axis, dims.size())).size());
  }

  private static List<Item> squeeze(Call call) {
    Value x = call.value(0);
    Optional<Ints> given = call.attributeOrArgument("axes", 1);
    if (given.isPresent()) return call.result(Build.squeeze(x, given.get().axes(x.rank())));
    var axes = new ArrayList<Integer>();
    for (int i = 0; i < x.rank(); i++) if (x.dim(i).is(1)) axes.add(i);
    return call.result(Build.squeeze(x, axes));
  }

  private static List<Item> unsqueeze(Call call) {
    Value x = call.value(0);
    Ints given = call.attributeOrArgument("axes", 1).orElseThrow(() -> new Refusal("no axes"));
    List<Integer> axes = given.axes(x.rank() + given.size());
    if (axes.stream().distinct().count() != axes.size()) throw new Refusal("an axis twice");
    return call.result(Build.unsqueeze(x, axes));
  }

  private static List<Item> transpose(Call call) {
    Value x = call.value(0);
    var order = new ArrayList<Integer>();
    for (int i = x.rank() - 1; i >= 0; i--) order.add(i);
    List<Integer> given =
        call.integers("perm").map(p -> p.stream().map(Math::toIntExact).toList()).orElse(order);
    boolean fits =
        given.size() == x.rank() && given.stream().sorted().toList().equals(order.reversed());
    if (!fits) throw new Refusal("no permutation of " + x.rank() + " axes: " + given);
    return call.result(Build.transpose(x, given));
  }

  private static List<Item> expand(Call call) {
    Value x = call.value(0);
    Shape wish = new Shape(call.need(1).elements());
    return call.result(Build.expand(x, Fit.broadcast(x.shape(), wish)));
  }

  /** Each axis as two, of which the first is repeated. */
  private static List<Item> tile(Call call) {
    Value x = call.value(0);
    List<Dim> repeats = call.need(1).elements();
    if (repeats.size() != x.rank()) throw new Refusal("one repeat for each axis is expected");
    var two = new ArrayList<Dim>();
    var wide = new ArrayList<Dim>();
    var to = new ArrayList<Dim>();
    for (int i = 0; i < x.rank(); i++) {
      two.addAll(List.of(Dim.ONE, x.dim(i)));
      wide.addAll(List.of(repeats.get(i), x.dim(i)));
      to.add(repeats.get(i).times(x.dim(i)));
    }
    if (repeats.stream().allMatch(r -> r.is(1))) return call.result(x);
    Value repeated = Build.expand(Build.reshape(x, new Shape(two)), new Shape(wide));
    return call.result(Build.reshape(repeated, new Shape(to)));
  }

  private static List<Item> concat(Call call) {
    int axis = call.axis("axis", 1, call.value(0).rank());
    List<Value> parts = call.values();
    for (Value v : parts)
      Fit.same(v.shape().with(axis, Dim.ONE), parts.get(0).shape().with(axis, Dim.ONE));
    return call.result(Ops.concat(axis, parts));
  }
}
