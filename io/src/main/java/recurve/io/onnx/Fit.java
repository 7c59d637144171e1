package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import recurve.ir.Dim;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Makes extents agree.
 *
 * <p>A file may name one extent by two symbols, or leave it out; an operation that needs both alike
 * tells. Reading then begins again with the one in the other's place.
 */
final class Fit {
  private Fit() {}

  /** Two extents that have to be one: a symbol and what it stands for. */
  static final class Found extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient String symbol;
    private final transient Dim dim;

    Found(String symbol, Dim dim) {
      super(symbol + " = " + dim, null, false, false);
      this.symbol = symbol;
      this.dim = dim;
    }

    String symbol() {
      return symbol;
    }

    Dim dim() {
      return dim;
    }
  }

  /** Two extents are one, or the file contradicts itself. */
  static void same(Dim a, Dim b) {
    if (a.equals(b)) return;
    Dim difference = a.minus(b);
    String solved = "";
    for (var term : difference.terms().entrySet()) {
      if (term.getKey().size() != 1 || Math.abs(term.getValue()) != 1) continue;
      String symbol = term.getKey().get(0);
      long uses = difference.terms().keySet().stream().filter(m -> m.contains(symbol)).count();
      // a symbol that we made up gives way to one that the file names
      if (uses == 1 && (solved.isEmpty() || Symbols.isMadeUp(symbol))) solved = symbol;
    }
    if (solved.isEmpty()) throw new Refusal("extents " + a + " and " + b + " differ");
    long sign = difference.terms().getOrDefault(List.of(solved), 1L);
    Dim rest = difference.minus(Dim.symbol(solved).times(Dim.of(sign)));
    Dim dim = rest.times(Dim.of(-sign));
    if (dim.isNumber() && dim.number() < 0) {
      throw new Refusal("extents " + a + " and " + b + " differ");
    }
    throw new Found(solved, dim);
  }

  static void same(Shape a, Shape b) {
    if (a.rank() != b.rank()) throw new Refusal("shapes " + a + " and " + b + " differ");
    for (int i = 0; i < a.rank(); i++) same(a.dim(i), b.dim(i));
  }

  /** The shape that both broadcast to. */
  static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    var dims = new ArrayList<Dim>();
    for (int i = 0; i < rank; i++) {
      Dim x = i < rank - a.rank() ? Dim.ONE : a.dim(i - rank + a.rank());
      Dim y = i < rank - b.rank() ? Dim.ONE : b.dim(i - rank + b.rank());
      if (!x.is(1) && !y.is(1)) same(x, y);
      dims.add(x.is(1) ? y : x);
    }
    return new Shape(dims);
  }

  /** The shape that all broadcast to. */
  static Shape broadcast(List<Value> values) {
    Shape shape = Shape.SCALAR;
    for (Value v : values) shape = broadcast(shape, v.shape());
    return shape;
  }

  /** An extent with symbols replaced. */
  static Dim replace(Dim dim, Map<String, Dim> replacements) {
    if (dim.symbols().stream().noneMatch(replacements::containsKey)) return dim;
    Dim sum = Dim.ZERO;
    for (var term : dim.terms().entrySet()) {
      Dim product = Dim.of(term.getValue());
      for (String s : term.getKey()) {
        product = product.times(replacements.getOrDefault(s, Dim.symbol(s)));
      }
      sum = sum.plus(product);
    }
    return sum;
  }
}
