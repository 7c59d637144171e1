package recurve.cell;

import java.util.LinkedHashMap;
import java.util.Map;
import recurve.ir.Value;

/**
 * What a cell returns: the output of this step and every state's next value.
 *
 * @param output [B, any width]
 * @param states next value by the name under which the step read the state
 */
public record Next(Value output, Map<String, Value> states) {
  public Next {
    states = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(states));
  }

  /** An output, no state yet. */
  public static Next output(Value output) {
    return new Next(output, Map.of());
  }

  /** The same with one state's next value. */
  public Next with(String name, Value next) {
    var all = new LinkedHashMap<>(states);
    all.put(name, next);
    return new Next(output, all);
  }
}
