package recurve.tasks;

import java.util.List;

/** How many things are right, were predicted, and are there; all figures in percent. */
public record Counts(long right, long said, long gold) {
  /** Nothing counted yet. */
  public static final Counts NONE = new Counts(0, 0, 0);

  /** The columns of {@link #row}, what is counted last. */
  public static List<String> columns(String counted) {
    return List.of("precision", "recall", "f1", counted);
  }

  public Counts plus(Counts other) {
    return new Counts(right + other.right, said + other.said, gold + other.gold);
  }

  /** Of what was predicted, how much is right. */
  public double precision() {
    return percent(right, said);
  }

  /** Of what is there, how much was predicted. */
  public double recall() {
    return percent(right, gold);
  }

  /** {@code 2 P R / (P + R)}. */
  public double f1() {
    return percent(2 * right, said + gold);
  }

  /** Precision, recall, F1, and how many there are. */
  public List<Double> row() {
    return List.of(precision(), recall(), f1(), (double) gold);
  }

  /** A share of a whole; of nothing, zero. */
  public static double percent(long part, long whole) {
    return whole == 0 ? 0 : 100.0 * part / whole;
  }
}
