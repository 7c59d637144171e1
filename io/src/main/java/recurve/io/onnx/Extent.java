package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Dim;

/** Arithmetic on symbolic extents that exporters leave in graphs. */
final class Extent {
  private static final int MOST_TERMS = 64; // of an extent that anyone means

  private Extent() {}

  /** The exact quotient, if there is one: {@code (2*T*B + 2*T) / (2*T) = B + 1}. */
  static Optional<Dim> divide(Dim a, Dim b) {
    if (b.is(0)) return Optional.empty();
    if (a.equals(b)) return Optional.of(Dim.ONE);
    if (b.terms().size() != 1) return Optional.empty();
    Map.Entry<List<String>, Long> divisor = b.terms().entrySet().iterator().next();
    Dim sum = Dim.ZERO;
    for (var term : a.terms().entrySet()) {
      if (term.getValue() % divisor.getValue() != 0) return Optional.empty();
      var rest = new ArrayList<>(term.getKey());
      for (String s : divisor.getKey()) if (!rest.remove(s)) return Optional.empty();
      Dim product = Dim.of(term.getValue() / divisor.getValue());
      for (String s : rest) product = product.times(Dim.symbol(s));
      sum = sum.plus(product);
    }
    return Optional.of(sum);
  }

  /**
   * The quotient rounded up. Where a symbol is in the way, it is taken to be a multiple of the
   * divisor: {@code length} becomes {@code 2*length.2}, and other lengths are refused as it runs.
   */
  static Dim ceilDivide(Dim a, long by) {
    Dim sum = Dim.ZERO;
    for (var term : a.terms().entrySet()) {
      Dim product = Dim.of(term.getValue() / by);
      if (term.getKey().isEmpty()) {
        product = Dim.of(Math.ceilDiv(term.getValue(), by));
      } else if (term.getValue() % by != 0) {
        String symbol = term.getKey().get(0);
        throw new Fit.Found(symbol, Dim.symbol(symbol + "." + by).times(Dim.of(by)));
      }
      for (String s : term.getKey()) product = product.times(Dim.symbol(s));
      sum = sum.plus(product);
    }
    return sum;
  }

  /** A product, while it is of a size that anyone means. */
  static Dim times(Dim a, Dim b) {
    if ((long) a.terms().size() * b.terms().size() > MOST_TERMS) {
      throw new Refusal("an extent of more than " + MOST_TERMS + " terms");
    }
    return a.times(b);
  }

  /** Whether two are equal, as far as it can be told: extents are not negative. */
  static Optional<Boolean> equal(Dim a, Dim b) {
    if (a.equals(b)) return Optional.of(true);
    Dim difference = a.minus(b);
    if (difference.isNumber()) return Optional.of(false);
    boolean positive = atLeast(difference) > 0 || atLeast(difference.times(Dim.of(-1))) > 0;
    return positive ? Optional.of(false) : Optional.empty();
  }

  /** Whether the first is less, as far as it can be told. */
  static Optional<Boolean> less(Dim a, Dim b) {
    Dim difference = b.minus(a);
    if (difference.isNumber()) return Optional.of(difference.number() > 0);
    if (atLeast(difference) > 0) return Optional.of(true);
    return atLeast(difference.times(Dim.of(-1))) >= 0 ? Optional.of(false) : Optional.empty();
  }

  /** A bound from below, as no symbol is negative; the least number if there is none. */
  private static long atLeast(Dim d) {
    long sum = 0;
    for (var term : d.terms().entrySet()) {
      if (!term.getKey().isEmpty() && term.getValue() < 0) return Long.MIN_VALUE;
      if (term.getKey().isEmpty()) sum += term.getValue();
    }
    return sum;
  }
}
