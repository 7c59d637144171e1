package recurve.io.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Words near each other by the cosine of their vectors. */
public final class WordSpace {
  private final List<String> words;
  private final float[][] units; // the vectors, each of length one, or zero
  private final Map<String, Integer> places = new HashMap<>();

  /** A word and its cosine with what was asked for. */
  public record Near(String word, double cosine) {}

  /** The words of some vectors, all of one width. */
  public WordSpace(Map<String, float[]> vectors) {
    this.words = List.copyOf(vectors.keySet());
    this.units = new float[words.size()][];
    for (int i = 0; i < units.length; i++) {
      places.put(words.get(i), i);
      units[i] = unit(vectors.getOrDefault(words.get(i), new float[0]));
    }
  }

  public boolean contains(String word) {
    return places.containsKey(word);
  }

  public List<String> words() {
    return words;
  }

  /** The cosine of two words' vectors, both in this space; zero where one is zero. */
  public double cosine(String a, String b) {
    return dot(unit(a), unit(b));
  }

  /** The words nearest to one, the nearest first, without itself. */
  public List<Near> nearest(String word, int count) {
    return nearest(unit(word), Set.of(word), count);
  }

  /**
   * What is to {@code c} as {@code b} is to {@code a}: the words nearest to b - a + c, of vectors
   * of length one, without the three (Mikolov et al. 2013).
   */
  public List<Near> analogy(String a, String b, String c, int count) {
    float[] x = unit(a), y = unit(b), z = unit(c), sum = new float[x.length];
    for (int i = 0; i < sum.length; i++) sum[i] = y[i] - x[i] + z[i];
    return nearest(unit(sum), Set.copyOf(List.of(a, b, c)), count);
  }

  private List<Near> nearest(float[] to, Set<String> without, int count) {
    Comparator<Near> order = // of equals, the one that stands first is the nearer
        Comparator.comparingDouble(Near::cosine)
            .thenComparing(near -> -places.getOrDefault(near.word(), 0));
    var best = new PriorityQueue<Near>(order);
    for (int i = 0; i < units.length; i++) {
      if (without.contains(words.get(i))) continue;
      best.add(new Near(words.get(i), dot(to, units[i])));
      if (best.size() > count) best.poll();
    }
    var list = new ArrayList<>(best);
    list.sort(order.reversed());
    return list;
  }

  private float[] unit(String word) {
    Integer place = places.get(word);
    if (place == null) throw new IllegalArgumentException("no vector of '" + word + "'");
    return units[place];
  }

  private static float[] unit(float[] v) {
    double length = Math.sqrt(dot(v, v));
    float[] unit = new float[v.length];
    for (int i = 0; i < v.length; i++) unit[i] = length == 0 ? 0 : (float) (v[i] / length);
    return unit;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
    return sum;
  }

  /**
   * Spearman's rank correlation: Pearson's of the ranks, equals sharing the mean of theirs. Not a
   * number where one side has no two values.
   */
  public static double spearman(List<Double> a, List<Double> b) {
    double[] x = ranks(a), y = ranks(b);
    double mean = (x.length + 1) / 2.0, xy = 0, xx = 0, yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - mean) * (y[i] - mean);
      xx += (x[i] - mean) * (x[i] - mean);
      yy += (y[i] - mean) * (y[i] - mean);
    }
    return xy / Math.sqrt(xx * yy);
  }

  private static double[] ranks(List<Double> values) {
    var order = new ArrayList<Integer>();
    for (int i = 0; i < values.size(); i++) order.add(i);
    order.sort(Comparator.comparing(values::get));
    double[] ranks = new double[order.size()];
    for (int from = 0; from < ranks.length; ) {
      int to = from + 1;
      while (to < ranks.length && values.get(order.get(to)).equals(values.get(order.get(from))))
        to++;
      for (int i = from; i < to; i++) ranks[order.get(i)] = (from + 1 + to) / 2.0;
      from = to;
    }
    return ranks;
  }
}
