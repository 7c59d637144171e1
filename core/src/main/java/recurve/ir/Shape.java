package recurve.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The extents of a value's axes; rank 0 is a scalar. */
public record Shape(List<Dim> dims) {
  /** A single number. */
  public static final Shape SCALAR = new Shape(List.of());

  public Shape {
    dims = List.copyOf(dims);
  }

  /** A shape of known extents. */
  public static Shape of(long... dims) {
    return new Shape(Arrays.stream(dims).mapToObj(Dim::of).toList());
  }

  /** A shape of any extents. */
  public static Shape of(Dim... dims) {
    return new Shape(List.of(dims));
  }

  public int rank() {
    return dims.size();
  }

  /** The extent of an axis; negative axes count from the end. */
  public Dim dim(int axis) {
    return dims.get(axis(axis));
  }

  /**
   * The axis, counted from the front.
   *
   * @throws ShapeException if there is no such axis
   */
  public int axis(int axis) {
    int a = axis < 0 ? axis + rank() : axis;
    if (a < 0 || a >= rank()) throw new ShapeException("no axis " + axis + " in " + this);
    return a;
  }

  /** This shape with one extent replaced. */
  public Shape with(int axis, Dim dim) {
    var d = new ArrayList<>(dims);
    d.set(axis(axis), dim);
    return new Shape(d);
  }

  /** This shape with an axis put in before the one given. */
  public Shape insert(int axis, Dim dim) {
    var d = new ArrayList<>(dims);
    d.add(axis, dim);
    return new Shape(d);
  }

  /** This shape without an axis. */
  public Shape without(int axis) {
    var d = new ArrayList<>(dims);
    d.remove(axis(axis));
    return new Shape(d);
  }

  /** The number of elements. */
  public Dim size() {
    return dims.stream().reduce(Dim.ONE, Dim::times);
  }

  /** Whether no symbol is open. */
  public boolean isNumeric() {
    return dims.stream().allMatch(Dim::isNumber);
  }

  /** The extents under a binding. */
  public long[] bind(Map<String, Long> binding) {
    return dims.stream().mapToLong(d -> d.bind(binding)).toArray();
  }

  /**
   * The smallest shape that both expand to, by NumPy's rule: aligned at the end, extents equal or
   * one.
   */
  public static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    var dims = new ArrayList<Dim>();
    for (int i = 0; i < rank; i++) {
      Dim x = i < rank - a.rank() ? Dim.ONE : a.dims.get(i - rank + a.rank());
      Dim y = i < rank - b.rank() ? Dim.ONE : b.dims.get(i - rank + b.rank());
      if (!x.equals(y) && !x.is(1) && !y.is(1)) {
        throw new ShapeException("shapes " + a + " and " + b + " do not fit: " + x + " and " + y);
      }
      dims.add(x.is(1) ? y : x);
    }
    return new Shape(dims);
  }

  @Override
  public String toString() {
    return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
