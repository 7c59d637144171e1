package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BinaryOperator;
import recurve.ir.Dim;

/**
 * Whole numbers known while a graph is read, up to the symbols of its dimensions: what exporters
 * compute shapes with. Truth values are zero and one.
 *
 * @param dims the extents; few, since all elements are at hand
 */
record Ints(List<Dim> elements, List<Integer> dims) {
  /** How many elements are worth having at hand. */
  static final int MOST = 1024;

  Ints {
    elements = List.copyOf(elements);
    dims = List.copyOf(dims);
  }

  static Ints list(List<Dim> elements) {
    return new Ints(elements, List.of(elements.size()));
  }

  static Ints scalar(Dim element) {
    return new Ints(List.of(element), List.of());
  }

  static Ints truth(boolean b) {
    return scalar(Dim.of(b ? 1 : 0));
  }

  int size() {
    return elements.size();
  }

  boolean isNumeric() {
    return elements.stream().allMatch(Dim::isNumber);
  }

  /** The elements, of which none is symbolic. */
  List<Long> numbers() {
    if (!isNumeric()) throw new Refusal(elements + " depends on an extent that is not known");
    return elements.stream().map(Dim::number).toList();
  }

  /** The only element. */
  Dim only() {
    if (size() != 1) throw new Refusal(size() + " numbers where one is expected");
    return elements.get(0);
  }

  /** The elements as axes of a value of some rank. */
  List<Integer> axes(int rank) {
    var axes = new ArrayList<Integer>();
    for (long a : numbers()) axes.add(axis(a, rank));
    return axes;
  }

  static int axis(long axis, int rank) {
    if (axis < -rank || axis >= rank) throw new Refusal("no axis " + axis + " of " + rank);
    return (int) (axis < 0 ? axis + rank : axis);
  }

  Ints withElements(List<Dim> others) {
    return new Ints(others, dims);
  }

  /** Element by element, after both have become of one shape. */
  static Ints zip(Ints a, Ints b, BinaryOperator<Dim> f) {
    List<Integer> to = broadcast(a.dims, b.dims);
    Ints x = a.expand(to), y = b.expand(to);
    var result = new ArrayList<Dim>();
    for (int i = 0; i < x.size(); i++) result.add(f.apply(x.elements.get(i), y.elements.get(i)));
    return new Ints(result, to);
  }

  static List<Integer> broadcast(List<Integer> a, List<Integer> b) {
    int rank = Math.max(a.size(), b.size());
    var dims = new ArrayList<Integer>();
    for (int i = 0; i < rank; i++) {
      int x = i < rank - a.size() ? 1 : a.get(i - rank + a.size());
      int y = i < rank - b.size() ? 1 : b.get(i - rank + b.size());
      if (x != y && x != 1 && y != 1) throw new Refusal(a + " and " + b + " do not fit");
      dims.add(x == 1 ? y : x);
    }
    return dims;
  }

  /** Repeated along axes of extent one. */
  Ints expand(List<Integer> to) {
    if (to.equals(dims)) return this;
    var from = new ArrayList<>(Collections.nCopies(to.size() - dims.size(), 1));
    from.addAll(dims);
    long size = product(to);
    var result = new ArrayList<Dim>();
    for (int i = 0; i < size; i++) {
      int at = 0, rest = i, outer = 1;
      for (int axis = to.size() - 1; axis >= 0; axis--) {
        int index = rest % to.get(axis);
        rest /= to.get(axis);
        if (from.get(axis) != 1) at += index * outer;
        outer *= from.get(axis);
      }
      result.add(elements.get(at));
    }
    return new Ints(result, to);
  }

  /** How many elements there are of some extents; few enough to be at hand. */
  static int product(List<Integer> dims) {
    long size = 1;
    for (int d : dims) {
      size *= d;
      if (size > MOST) throw new Refusal("a list of " + size + " numbers made from extents");
    }
    return (int) size;
  }
}
