package recurve.task;

import java.util.Map;
import recurve.ir.Value;

/**
 * What is minimised, and what is counted.
 *
 * @param loss a scalar
 * @param figures scalars by name; {@code nll} (a sum, in nats) and {@code count} (of what the sum
 *     runs over) are there always, and their ratio is what progress shows
 */
public record Objective(Value loss, Map<String, Value> figures) {
  public Objective {
    figures = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(figures));
    if (!figures.containsKey("nll") || !figures.containsKey("count")) {
      throw new IllegalArgumentException("figures lack nll or count: " + figures.keySet());
    }
  }
}
