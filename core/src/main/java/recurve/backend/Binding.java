package recurve.backend;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.ShapeException;
import recurve.ir.Value;

/** Finds the extents of symbolic dimensions from the extents of what was written. */
public final class Binding {
  private Binding() {}

  /**
   * Binds symbols so that each input has its extents.
   *
   * @param inputs a graph's inputs
   * @param extents the extents written, in the same order
   * @throws ShapeException naming the input, if they contradict each other or the graph
   */
  public static Map<String, Long> of(List<Value> inputs, List<int[]> extents) {
    var binding = new HashMap<String, Long>();
    for (int i = 0; i < inputs.size(); i++) {
      Value v = inputs.get(i);
      int[] dims = extents.get(i);
      if (dims.length != v.rank()) throw misfit(v, dims);
      for (int axis = 0; axis < dims.length; axis++) {
        Dim dim = v.dim(axis);
        solve(dim, dims[axis], binding);
      }
    }
    for (int i = 0; i < inputs.size(); i++) {
      long[] bound = inputs.get(i).shape().bind(binding);
      long[] written = Arrays.stream(extents.get(i)).asLongStream().toArray();
      if (!Arrays.equals(bound, written)) throw misfit(inputs.get(i), extents.get(i));
    }
    return binding;
  }

  /** Binds the symbol of {@code a*symbol + b}, if that is what the extent is. */
  private static void solve(Dim dim, long extent, Map<String, Long> binding) {
    if (dim.symbols().size() != 1) return;
    String symbol = dim.symbols().iterator().next();
    long factor = dim.terms().getOrDefault(List.of(symbol), 0L);
    long rest = dim.terms().getOrDefault(List.of(), 0L);
    if (factor == 0 || !dim.equals(Dim.symbol(symbol).times(Dim.of(factor)).plus(rest))) return;
    if ((extent - rest) % factor == 0) binding.putIfAbsent(symbol, (extent - rest) / factor);
  }

  private static ShapeException misfit(Value input, int[] dims) {
    String name = Graph.nameOf(input);
    return new ShapeException(
        "input '" + name + "' is " + input.type() + " but was given " + Arrays.toString(dims));
  }
}
