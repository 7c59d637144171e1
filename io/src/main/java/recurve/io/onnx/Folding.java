package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import recurve.ir.Dim;

/**
 * The arithmetic of shapes that exporters leave in graphs, done while the graph is read: on whole
 * numbers known up to the symbols of dimensions.
 */
final class Folding {
  private Folding() {}

  /** The outputs, if all arguments are known and the operator is one of shape arithmetic. */
  static Optional<List<Item>> fold(Call call) {
    for (int i = 0; i < call.arity(); i++) {
      if (call.has(i) && call.ints(i).isEmpty()) return Optional.empty();
    }
    if (call.arity() == 0) return Optional.empty();
    return switch (call.operator()) {
      case "Add" -> zip(call, (a, b) -> Optional.of(a.plus(b)));
      case "Sub" -> zip(call, (a, b) -> Optional.of(a.minus(b)));
      case "Mul" -> zip(call, (a, b) -> Optional.of(Extent.times(a, b)));
      case "Div" -> zip(call, Folding::divide);
      case "Mod" -> zip(call, Folding::modulo);
      case "Max" -> zip(call, (a, b) -> Extent.less(a, b).map(l -> l ? b : a));
      case "Min" -> zip(call, (a, b) -> Extent.less(a, b).map(l -> l ? a : b));
      case "Equal" -> truth(call, Extent::equal);
      case "Less" -> truth(call, Extent::less);
      case "Greater" -> truth(call, (a, b) -> Extent.less(b, a));
      case "LessOrEqual" -> truth(call, (a, b) -> Extent.less(b, a).map(l -> !l));
      case "GreaterOrEqual" -> truth(call, (a, b) -> Extent.less(a, b).map(l -> !l));
      case "And" -> truth(call, (a, b) -> Optional.of(!a.is(0) && !b.is(0)));
      case "Or" -> truth(call, (a, b) -> Optional.of(!a.is(0) || !b.is(0)));
      case "Not" -> truth(call, (a, b) -> Optional.of(a.is(0)));
      case "Neg" -> each(call, call.type(0), d -> Optional.of(d.times(Dim.of(-1))));
      case "Cast" -> cast(call);
      case "Where" -> where(call);
      case "Gather" -> gather(call);
      case "Slice" -> slice(call);
      case "Concat" -> concat(call);
      case "Squeeze" -> squeeze(call);
      case "Unsqueeze" -> unsqueeze(call);
      case "Reshape", "Flatten" -> reshape(call);
      case "Expand" -> expand(call);
      case "ReduceProd" -> reduce(call, Dim.ONE, Extent::times);
      case "ReduceSum" -> reduce(call, Dim.ZERO, Dim::plus);
      case "Range" -> range(call);
      default -> Optional.empty(); // its lowering makes a value of it
    };
  }

  private static Ints ints(Call call, int i) {
    return call.ints(i).orElseThrow(() -> new Refusal("argument " + (i + 1) + " is missing"));
  }

  private static Optional<List<Item>> known(ElementType type, Ints ints) {
    return Optional.of(List.of(Item.of(type, ints)));
  }

  private static Optional<List<Item>> zip(Call call, BiFunction<Dim, Dim, Optional<Dim>> f) {
    return zip(call, call.type(0), f);
  }

  private static Optional<List<Item>> zip(
      Call call, ElementType type, BiFunction<Dim, Dim, Optional<Dim>> f) {
    if (call.type(0).isInteger() && call.type(0).bits() < 32) return Optional.empty(); // wraps
    Ints sum = ints(call, 0);
    // of one argument, with itself
    for (int i = Math.min(1, call.arity() - 1); i < call.arity(); i++) {
      boolean[] all = {true};
      sum =
          Ints.zip(
              sum,
              ints(call, i),
              (a, b) -> {
                Optional<Dim> r = f.apply(a, b);
                if (r.isEmpty()) all[0] = false;
                return r.orElse(Dim.ZERO);
              });
      if (!all[0]) return Optional.empty();
    }
    return known(type, sum);
  }

  private static Optional<List<Item>> truth(Call call, BiFunction<Dim, Dim, Optional<Boolean>> f) {
    return zip(call, ElementType.BOOL, (a, b) -> f.apply(a, b).map(t -> t ? Dim.ONE : Dim.ZERO));
  }

  private static Optional<List<Item>> each(
      Call call, ElementType type, java.util.function.Function<Dim, Optional<Dim>> f) {
    var elements = new ArrayList<Dim>();
    for (Dim d : ints(call, 0).elements()) {
      Optional<Dim> r = f.apply(d);
      if (r.isEmpty()) return Optional.empty();
      elements.add(r.get());
    }
    return known(type, ints(call, 0).withElements(elements));
  }

  private static Optional<Dim> divide(Dim a, Dim b) {
    if (a.isNumber() && b.isNumber()) {
      return b.is(0) ? Optional.empty() : Optional.of(Dim.of(a.number() / b.number()));
    }
    return Extent.divide(a, b);
  }

  private static Optional<Dim> modulo(Dim a, Dim b) {
    if (!a.isNumber() || !b.isNumber() || b.is(0)) return Optional.empty();
    return Optional.of(Dim.of(Math.floorMod(a.number(), b.number())));
  }

  private static Optional<List<Item>> cast(Call call) {
    Optional<ElementType> to = ElementType.of((int) call.integer("to", 0));
    if (to.isEmpty() || to.get().isFloat()) return Optional.empty();
    ElementType type = to.get();
    if (type == ElementType.BOOL) {
      return each(
          call, type, d -> Extent.equal(d, Dim.ZERO).map(zero -> zero ? Dim.ZERO : Dim.ONE));
    }
    return type.bits() < 32 ? Optional.empty() : each(call, type, Optional::of);
  }

  private static Optional<List<Item>> where(Call call) {
    Ints condition = ints(call, 0), a = ints(call, 1), b = ints(call, 2);
    List<Integer> to = Ints.broadcast(condition.dims(), Ints.broadcast(a.dims(), b.dims()));
    Ints c = condition.expand(to), x = a.expand(to), y = b.expand(to);
    var elements = new ArrayList<Dim>();
    for (int i = 0; i < c.size(); i++) {
      elements.add(c.elements().get(i).is(0) ? y.elements().get(i) : x.elements().get(i));
    }
    return known(call.type(1), new Ints(elements, to));
  }

  // -- lists; of more axes only where a list or a scalar is meant

  private static Optional<List<Item>> gather(Call call) {
    Ints table = ints(call, 0), ids = ints(call, 1);
    if (table.dims().size() != 1) return Optional.empty();
    var elements = new ArrayList<Dim>();
    for (long id : ids.numbers()) elements.add(table.elements().get(Ints.axis(id, table.size())));
    return known(call.type(0), new Ints(elements, ids.dims()));
  }

  private static Optional<List<Item>> slice(Call call) {
    Ints x = ints(call, 0);
    Optional<Ints> starts = call.attributeOrArgument("starts", 1);
    Optional<Ints> ends = call.attributeOrArgument("ends", 2);
    boolean list = x.dims().size() == 1 && starts.isPresent() && ends.isPresent();
    if (!list || starts.get().size() != 1 || ends.get().size() != 1) return Optional.empty();
    long step = call.has(4) ? call.need(4).numbers().get(0) : 1;
    if (step == 0) throw new Refusal("a step of 0");
    long n = x.size();
    long from = place(starts.get().numbers().get(0), n, 0, step > 0 ? n : n - 1);
    long to = place(ends.get().numbers().get(0), n, step > 0 ? 0 : -1, n);
    var elements = new ArrayList<Dim>();
    for (long i = from; step > 0 ? i < to : i > to; i += step)
      elements.add(x.elements().get((int) i));
    return known(call.type(0), Ints.list(elements));
  }

  private static long place(long place, long n, long least, long most) {
    return Math.clamp(place < 0 && place >= -n ? place + n : place, least, most);
  }

  private static Optional<List<Item>> concat(Call call) {
    var elements = new ArrayList<Dim>();
    for (int i = 0; i < call.arity(); i++) {
      if (ints(call, i).dims().size() != 1) return Optional.empty();
      elements.addAll(ints(call, i).elements());
    }
    if (elements.size() > Ints.MOST) return Optional.empty();
    return known(call.type(0), Ints.list(elements));
  }

  private static Optional<List<Item>> squeeze(Call call) {
    Ints x = ints(call, 0);
    Optional<Ints> axes = call.attributeOrArgument("axes", 1);
    var dims = new ArrayList<Integer>();
    for (int i = 0; i < x.dims().size(); i++) {
      boolean drop =
          axes.isPresent() ? axes.get().axes(x.dims().size()).contains(i) : x.dims().get(i) == 1;
      if (drop && x.dims().get(i) != 1) throw new Refusal("axis " + i + " is no axis of one");
      if (!drop) dims.add(x.dims().get(i));
    }
    return known(call.type(0), new Ints(x.elements(), dims));
  }

  private static Optional<List<Item>> unsqueeze(Call call) {
    Ints x = ints(call, 0);
    Ints given = call.attributeOrArgument("axes", 1).orElseThrow(() -> new Refusal("no axes"));
    List<Integer> axes = given.axes(x.dims().size() + given.size());
    if (axes.stream().distinct().count() != axes.size()) throw new Refusal("an axis twice");
    var dims = new ArrayList<>(x.dims());
    axes.stream().sorted().forEach(a -> dims.add(a, 1));
    return known(call.type(0), new Ints(x.elements(), dims));
  }

  private static Optional<List<Item>> reshape(Call call) {
    if (call.operator().equals("Flatten")) return Optional.empty();
    Ints x = ints(call, 0);
    var dims = new ArrayList<Integer>();
    long size = 1;
    for (long d : ints(call, 1).numbers()) {
      long n = d == 0 && dims.size() < x.dims().size() ? x.dims().get(dims.size()) : d;
      dims.add(Math.toIntExact(n));
      if (n >= 0) size = Math.multiplyExact(size, n);
    }
    int open = dims.indexOf(-1);
    if (open >= 0 && size > 0) dims.set(open, (int) (x.size() / size));
    boolean fits = dims.stream().allMatch(d -> d >= 0) && Ints.product(dims) == x.size();
    if (!fits) throw new Refusal(x.dims() + " becomes " + dims);
    return known(call.type(0), new Ints(x.elements(), dims));
  }

  private static Optional<List<Item>> expand(Call call) {
    Ints x = ints(call, 0), shape = ints(call, 1);
    if (!shape.isNumeric()) return Optional.empty();
    long size = 1;
    var wish = new ArrayList<Integer>();
    for (long d : shape.numbers()) {
      if (d < 0 || d > Ints.MOST || (size *= Math.max(1, d)) > Ints.MOST) return Optional.empty();
      wish.add((int) d);
    }
    return known(call.type(0), x.expand(Ints.broadcast(x.dims(), wish)));
  }

  private static Optional<List<Item>> reduce(
      Call call, Dim first, java.util.function.BinaryOperator<Dim> f) {
    Ints x = ints(call, 0);
    Optional<Ints> axes = call.attributeOrArgument("axes", 1);
    if (x.dims().size() != 1 || axes.map(a -> a.size() != 1).orElse(false)) return Optional.empty();
    Dim all = first;
    for (Dim d : x.elements()) all = f.apply(all, d);
    boolean keep = call.flag("keepdims", true);
    return known(call.type(0), keep ? Ints.list(List.of(all)) : Ints.scalar(all));
  }

  private static Optional<List<Item>> range(Call call) {
    Dim start = ints(call, 0).only(), limit = ints(call, 1).only(), delta = ints(call, 2).only();
    if (!start.isNumber() || !limit.isNumber() || !delta.isNumber() || delta.is(0)) {
      return Optional.empty();
    }
    long count = Math.max(0, Math.ceilDiv(limit.number() - start.number(), delta.number()));
    if (count > Ints.MOST) return Optional.empty();
    var elements = new ArrayList<Dim>();
    for (long i = 0; i < count; i++) elements.add(Dim.of(start.number() + i * delta.number()));
    return known(call.type(0), Ints.list(elements));
  }
}
