package recurve.backend;

import java.util.Map;

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
}
