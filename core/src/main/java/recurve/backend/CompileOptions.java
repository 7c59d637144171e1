package recurve.backend;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import recurve.ir.Graph;
import recurve.ir.ShapeException;
import recurve.ir.Value;
import recurve.option.Nearest;

/**
 * How a graph is to run.
 *
 * @param threads how many threads may work at once; results do not depend on it
 * @param retained output name to input name: after each run the input holds the output's value, in
 *     place where the backend can. So parameters, moments and carried states never leave it.
 */
public record CompileOptions(int threads, Map<String, String> retained) {
  public CompileOptions {
    if (threads < 1) throw new IllegalArgumentException("threads: " + threads + "; at least 1");
    retained = Map.copyOf(retained);
  }

  /** Nothing retained. */
  public static CompileOptions threads(int threads) {
    return new CompileOptions(threads, Map.of());
  }

  /** The same with outputs fed back to inputs. */
  public CompileOptions retaining(Map<String, String> outputToInput) {
    return new CompileOptions(threads, outputToInput);
  }

  /**
   * Checks that what is retained is there and fits.
   *
   * @throws ShapeException naming the output or input that is missing or of another type
   */
  public void check(Graph graph) {
    var inputs = new LinkedHashMap<String, Value>();
    for (Value v : graph.inputs()) inputs.put(Graph.nameOf(v), v);
    var taken = new HashSet<String>();
    retained.forEach(
        (output, input) -> {
          int at = graph.names().indexOf(output);
          if (at < 0) {
            throw new ShapeException(
                "cannot retain '"
                    + output
                    + "': no such output."
                    + Nearest.hint(output, graph.names()));
          }
          Value to = inputs.get(input);
          if (to == null) {
            throw new ShapeException(
                "cannot retain '"
                    + output
                    + "' in '"
                    + input
                    + "': no such input."
                    + Nearest.hint(input, inputs.keySet()));
          }
          Value from = graph.outputs().get(at);
          if (!from.type().equals(to.type())) {
            throw new ShapeException(
                "cannot retain '"
                    + output
                    + "', "
                    + from.type()
                    + ", in '"
                    + input
                    + "', "
                    + to.type());
          }
          if (!taken.add(input)) {
            throw new ShapeException("two outputs are retained in '" + input + "'");
          }
        });
  }
}
