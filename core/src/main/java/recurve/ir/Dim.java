package recurve.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The extent of an axis: a number, a symbol, or a polynomial of symbols with integer coefficients.
 *
 * <p>Symbols stay open until a backend binds them at run time. Two extents are equal when their
 * polynomials are, so {@code T*B} equals {@code B*T}.
 */
public final class Dim {
  /** The extent one. */
  public static final Dim ONE = of(1);

  /** The extent zero. */
  public static final Dim ZERO = new Dim(new TreeMap<>(monomials()));

  // monomial (its symbols, sorted, repeated by power) -> coefficient, never zero
  private final TreeMap<List<String>, Long> terms;

  private Dim(TreeMap<List<String>, Long> terms) {
    this.terms = terms;
  }

  private static Comparator<List<String>> monomials() {
    return Comparator.<List<String>, Integer>comparing(List::size)
        .reversed()
        .thenComparing(m -> String.join("*", m));
  }

  /** A known extent. */
  public static Dim of(long number) {
    var terms = new TreeMap<List<String>, Long>(monomials());
    if (number != 0) terms.put(List.of(), number);
    return new Dim(terms);
  }

  /** An extent known at run time only. */
  public static Dim symbol(String name) {
    if (!name.matches("[A-Za-z_][A-Za-z_0-9.]*")) {
      throw new ShapeException("'" + name + "' is no name for a dimension; use letters and digits");
    }
    var terms = new TreeMap<List<String>, Long>(monomials());
    terms.put(List.of(name), 1L);
    return new Dim(terms);
  }

  public Dim plus(Dim other) {
    var sum = new TreeMap<>(terms);
    other.terms.forEach((m, c) -> add(sum, m, c));
    return new Dim(sum);
  }

  public Dim plus(long number) {
    return plus(of(number));
  }

  public Dim minus(Dim other) {
    return plus(other.times(of(-1)));
  }

  public Dim times(Dim other) {
    var product = new TreeMap<List<String>, Long>(monomials());
    terms.forEach(
        (m, c) ->
            other.terms.forEach(
                (n, d) -> {
                  var mn = new ArrayList<>(m);
                  mn.addAll(n);
                  Collections.sort(mn);
                  add(product, List.copyOf(mn), Math.multiplyExact(c, d));
                }));
    return new Dim(product);
  }

  private static void add(TreeMap<List<String>, Long> terms, List<String> monomial, long c) {
    terms.merge(monomial, c, Math::addExact);
    terms.remove(monomial, 0L);
  }

  /** Whether the extent is known without binding any symbol. */
  public boolean isNumber() {
    return terms.isEmpty() || (terms.size() == 1 && terms.firstKey().isEmpty());
  }

  /** Whether the extent is this number. */
  public boolean is(long number) {
    return isNumber() && number() == number;
  }

  /**
   * The extent as a number.
   *
   * @throws ShapeException if a symbol is open
   */
  public long number() {
    if (!isNumber()) throw new ShapeException("dimension " + this + " is not known yet");
    return terms.isEmpty() ? 0 : terms.firstEntry().getValue();
  }

  /** Coefficient by monomial (a sorted list of symbols, repeated by their power). */
  public Map<List<String>, Long> terms() {
    return Collections.unmodifiableMap(terms);
  }

  /** The open symbols. */
  public Set<String> symbols() {
    var all = new TreeSet<String>();
    terms.keySet().forEach(all::addAll);
    return all;
  }

  /**
   * The extent under a binding of its symbols.
   *
   * @throws ShapeException if a symbol has no binding
   */
  public long bind(Map<String, Long> binding) {
    long sum = 0;
    for (var term : terms.entrySet()) {
      long product = term.getValue();
      for (String symbol : term.getKey()) {
        Long n = binding.get(symbol);
        if (n == null) throw new ShapeException("dimension " + symbol + " is not bound");
        product = Math.multiplyExact(product, n);
      }
      sum = Math.addExact(sum, product);
    }
    return sum;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Dim d && terms.equals(d.terms);
  }

  @Override
  public int hashCode() {
    return terms.hashCode();
  }

  @Override
  public String toString() {
    if (terms.isEmpty()) return "0";
    var text = new StringBuilder();
    terms.forEach(
        (monomial, c) -> {
          if (c >= 0 && !text.isEmpty()) text.append('+');
          if (c < 0) text.append('-');
          long n = Math.abs(c);
          if (n != 1 || monomial.isEmpty()) {
            text.append(n).append(monomial.isEmpty() ? "" : "*");
          }
          text.append(String.join("*", monomial));
        });
    return text.toString();
  }
}
