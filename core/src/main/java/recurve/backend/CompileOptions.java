package recurve.backend;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
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
 * @param constants inputs that are written seldom, as the parameters of a model that is not
 *     trained: a backend may keep what follows from them alone until one is written again
 * @param weights how the weights that follow from the constants are kept
 */
public record CompileOptions(
    int threads, Map<String, String> retained, Set<String> constants, WeightType weights) {
  public CompileOptions {
    if (threads < 1) throw new IllegalArgumentException("threads: " + threads + "; at least 1");
    retained = Map.copyOf(retained);
    constants = Set.copyOf(constants);
  }

  /** Nothing retained, nothing constant. */
  public static CompileOptions threads(int threads) {
    return new CompileOptions(threads, Map.of(), Set.of(), WeightType.F32);
  }

  /** The same with outputs fed back to inputs. */
  public CompileOptions retaining(Map<String, String> outputToInput) {
    return new CompileOptions(threads, outputToInput, constants, weights);
  }

  /** The same with inputs that are written seldom, and how weights are kept. */
  public CompileOptions holding(Collection<String> constant, WeightType as) {
    return new CompileOptions(threads, retained, Set.copyOf(constant), as);
  }

  /**
   * Checks that what is retained is there and fits, and that constants are inputs that stay.
   *
   * @throws ShapeException naming the output or input that is missing, of another type, or both
   *     constant and replaced by each run
   */
  public void check(Graph graph) {
    var inputs = new LinkedHashMap<String, Value>();
    for (Value v : graph.inputs()) inputs.put(Graph.nameOf(v), v);
    for (String c : constants) {
      if (!inputs.containsKey(c)) {
        throw new ShapeException(
            "'" + c + "' cannot be constant: no such input." + Nearest.hint(c, inputs.keySet()));
      }
      if (retained.containsValue(c)) {
        throw new ShapeException("'" + c + "' cannot be constant: each run replaces it");
      }
    }
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
