package recurve.backend;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.ShapeException;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Nearest;

/**
 * The reference backend: an interpreter written to be read, the definition of every operation.
 *
 * <p>It computes in double and rounds each result to its element type, so sums and products of F32
 * are rounded once. It uses one thread and, unlike other executables, allocates as it runs.
 */
public final class Reference implements Backend {
  /** For the service loader and for whoever wants it by hand. */
  public Reference() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Support support() {
    return new Support.Available("an interpreter, for checking; slow");
  }

  @Override
  public Executable compile(Graph graph, CompileOptions options) {
    options.check(graph);
    return new Program(graph, options);
  }

  /** Elements as numbers, with their extents. */
  private record Held(int[] dims, double[] elements) {}

  private static final class Program implements Executable {
    private final Interpreter.Block block;
    private final Map<String, String> retained;
    private final Map<String, Value> inputs = new LinkedHashMap<>();
    private final Map<String, Value> outputs = new LinkedHashMap<>();
    private final Map<String, Held> written = new HashMap<>();
    private final Map<String, Held> results = new HashMap<>();
    private Interpreter interpreter = new Interpreter(Map.of());
    private boolean closed;

    Program(Graph graph, CompileOptions options) {
      this.block =
          Interpreter.Block.of(graph, Constants.of(graph, options.constants()), options.weights());
      this.retained = options.retained();
      for (Value v : graph.inputs()) inputs.put(Graph.nameOf(v), v);
      for (int i = 0; i < graph.outputs().size(); i++) {
        outputs.put(graph.names().get(i), graph.outputs().get(i));
      }
    }

    @Override
    public void write(String input, Tensor value) {
      checkOpen();
      Value v = inputs.get(input);
      if (v == null)
        throw new ShapeException(
            "no input named '" + input + "'." + Nearest.listing(input, inputs.keySet()));
      boolean fits = v.dtype() == value.dtype() && v.rank() == value.rank();
      for (int axis = 0; fits && axis < v.rank(); axis++) {
        Dim dim = v.dim(axis);
        fits = !dim.isNumber() || dim.is(value.dim(axis));
      }
      if (!fits) {
        throw new ShapeException("input '" + input + "' is " + v.type() + ", not " + value);
      }
      var elements = new double[value.size()];
      for (int i = 0; i < elements.length; i++) elements[i] = value.at(i);
      written.put(input, new Held(value.dims(), elements));
    }

    @Override
    public void run() {
      checkOpen();
      var extents = new ArrayList<int[]>();
      var arguments = new ArrayList<double[]>();
      for (String name : inputs.keySet()) {
        Held held = written.get(name);
        if (held == null) {
          throw new ShapeException(
              "input '" + name + "', " + inputs.get(name).type() + ", was never written");
        }
        extents.add(held.dims());
        arguments.add(held.elements());
      }
      // kept from run to run: it remembers every value's extents
      interpreter = interpreter.bind(Binding.of(List.copyOf(inputs.values()), extents));
      List<double[]> values = interpreter.run(block, arguments);
      int i = 0;
      for (var output : outputs.entrySet()) {
        results.put(
            output.getKey(), new Held(interpreter.dims(output.getValue()), values.get(i++)));
      }
      retained.forEach((output, input) -> written.put(input, results.get(output)));
    }

    @Override
    public Tensor read(String name) {
      checkOpen();
      boolean asInput = inputs.containsKey(name) && !outputs.containsKey(name);
      // an output retained in the input of its own name is that input from then on
      if (asInput || name.equals(retained.get(name))) {
        Held held = written.get(name);
        if (held == null) throw new ShapeException("input '" + name + "' was never written");
        return tensor(requireNonNull(inputs.get(name)), held);
      }
      if (!outputs.containsKey(name)) {
        var known = new ArrayList<>(outputs.keySet());
        known.addAll(inputs.keySet());
        throw new ShapeException(
            "no output or input named '" + name + "'." + Nearest.listing(name, known));
      }
      Held held = results.get(name);
      if (held == null) throw new ShapeException("output '" + name + "' is read before any run");
      return tensor(outputs.get(name), held);
    }

    @Override
    public void close() {
      closed = true;
      written.clear();
      results.clear();
    }

    private void checkOpen() {
      if (closed) throw new IllegalStateException("this executable is closed");
    }

    private static Tensor tensor(Value v, Held held) {
      Tensor t = Tensor.of(held.elements().clone(), held.dims());
      return t.cast(v.dtype());
    }
  }
}
