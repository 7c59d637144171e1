package recurve.task;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import recurve.ir.Value;

/**
 * What is minimised, and what is counted.
 *
 * @param loss a scalar
 * @param figures by name, in a fixed order, since that of a graph's outputs must not change from
 *     run to run. {@link #NLL} and {@link #COUNT} are scalars, and all that training computes; the
 *     others are of any shape, and for the evaluation only
 */
public record Objective(Value loss, Map<String, Value> figures) {
  /** The sum of negative log-probabilities, in nats. */
  public static final String NLL = "nll";

  /** How many things that sum runs over; the ratio is what progress shows. */
  public static final String COUNT = "count";

  public Objective {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
  }

  /** An objective with the two figures that each has. */
  public static Objective of(Value loss, Value nll, Value count) {
    return new Objective(loss, Map.of()).with(NLL, nll).with(COUNT, count);
  }

  /** A figure by name. */
  public Value figure(String name) {
    Value figure = figures.get(name);
    if (figure == null) throw new IllegalArgumentException("no figure '" + name + "'");
    return figure;
  }

  /** The same with one more figure for the evaluation. */
  public Objective with(String name, Value figure) {
    var all = new LinkedHashMap<>(figures);
    all.put(name, figure);
    return new Objective(loss, all);
  }
}
