package recurve.task;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named figures of a model on a text.
 *
 * @param figures in the order to show
 * @param selected the figure by which models are chosen
 * @param lowerIsBetter whether a smaller selected figure is better
 */
public record Report(Map<String, Double> figures, String selected, boolean lowerIsBetter) {
  public Report {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    if (!figures.containsKey(selected)) {
      throw new IllegalArgumentException("no figure '" + selected + "' in " + figures.keySet());
    }
  }

  /** A figure by name. */
  public double get(String figure) {
    Double value = figures.get(figure);
    if (value == null) throw new IllegalArgumentException("no figure '" + figure + "'");
    return value;
  }

  /** The selected figure as a cost: smaller is better. */
  public double cost() {
    return lowerIsBetter ? get(selected) : -get(selected);
  }
}
