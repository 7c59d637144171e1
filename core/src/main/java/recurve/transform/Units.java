package recurve.transform;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import recurve.ir.Dim;
import recurve.ir.Shape;

/** What a reshape does to single axes. */
final class Units {
  private Units() {}

  /**
   * The shape that {@code narrow} takes when {@code wide}, to which it expands, takes the shape
   * {@code to}; absent unless only axes of extent one come or go.
   */
  static Optional<Shape> follow(Shape wide, Shape narrow, Shape to) {
    return align(wide, to)
        .map(
            from -> {
              var dims = new ArrayList<Dim>();
              for (int axis : from) dims.add(axis < 0 ? Dim.ONE : narrow.dim(axis));
              return new Shape(dims);
            });
  }

  /**
   * Which axis of {@code to} an axis becomes, if the reshape leaves it alone: if as many elements
   * follow it as before.
   */
  static Optional<Integer> kept(Shape shape, int axis, Shape to) {
    Dim after = size(shape, axis + 1);
    for (int a = to.rank() - 1; a >= 0; a--) {
      if (to.dim(a).equals(shape.dim(axis)) && size(to, a + 1).equals(after)) return Optional.of(a);
    }
    return Optional.empty();
  }

  private static Dim size(Shape shape, int from) {
    return new Shape(shape.dims().subList(from, shape.rank())).size();
  }

  /** For each axis of {@code to} the axis it was, or -1 where it is new. */
  private static Optional<List<Integer>> align(Shape shape, Shape to) {
    var from = new ArrayList<Integer>();
    int at = 0;
    for (Dim d : to.dims()) {
      while (at < shape.rank() && shape.dim(at).is(1) && !d.is(1)) at++;
      if (at < shape.rank() && shape.dim(at).equals(d)) from.add(at++);
      else if (d.is(1)) from.add(-1);
      else return Optional.empty();
    }
    while (at < shape.rank() && shape.dim(at).is(1)) at++;
    return at == shape.rank() ? Optional.of(from) : Optional.empty();
  }
}
