package recurve.backend.onnxruntime;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.backend.Binding;
import recurve.backend.Executable;
import recurve.backend.UnsupportedGraphException;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxRunner;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.ShapeException;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Nearest;

/** A session with the tensors that it was handed and those it gave. */
final class OnnxRuntimeExecutable implements Executable {
  private final Graph graph;
  private final Map<String, String> retained;
  private final OnnxRunner.Loaded loaded;
  private final Map<String, Value> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> written = new HashMap<>();
  private final Map<String, Tensor> results = new HashMap<>();
  private boolean closed;

  OnnxRuntimeExecutable(Graph graph, Map<String, String> retained, OnnxRunner.Loaded loaded) {
    this.graph = graph;
    this.retained = retained;
    this.loaded = loaded;
    for (Value v : graph.inputs()) inputs.put(Graph.nameOf(v), v);
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
    if (!fits) throw new ShapeException("input '" + input + "' is " + v.type() + ", not " + value);
    written.put(input, value.copy());
  }

  @Override
  public void run() {
    checkOpen();
    var extents = new ArrayList<int[]>();
    for (var in : inputs.entrySet()) {
      Tensor value = written.get(in.getKey());
      if (value == null) {
        throw new ShapeException(
            "input '" + in.getKey() + "', " + in.getValue().type() + ", was never written");
      }
      extents.add(value.dims());
    }
    refuseEmpty(Binding.of(List.copyOf(inputs.values()), extents));
    Map<String, Tensor> outputs;
    try {
      outputs = loaded.run(written);
    } catch (OnnxException e) {
      // an id outside of its table, a division of integers by zero
      throw new ShapeException("backend onnxruntime: " + e.getMessage());
    }
    for (int i = 0; i < graph.names().size(); i++) {
      results.put(graph.names().get(i), requireNonNull(outputs.get("output." + i)));
    }
    retained.forEach((output, input) -> written.put(input, requireNonNull(results.get(output))));
  }

  /** The runtime's Scan fails on no steps, and its MatMul leaves what it does not sum uncleared. */
  private void refuseEmpty(Map<String, Long> binding) {
    for (Node n : graph.nodes()) {
      boolean loop = n.op() instanceof Op.Scan scan && scan.length().bind(binding) == 0;
      boolean product = n.op() instanceof Op.MatMul && n.input(0).dim(-1).bind(binding) == 0;
      if (loop || product) {
        throw new UnsupportedGraphException(
            "backend onnxruntime: " + n + " is over nothing, which ONNX Runtime cannot run");
      }
    }
  }

  @Override
  public Tensor read(String name) {
    checkOpen();
    boolean asInput = inputs.containsKey(name) && !graph.names().contains(name);
    if (asInput || name.equals(retained.get(name))) {
      Tensor value = written.get(name);
      if (value == null) throw new ShapeException("input '" + name + "' was never written");
      return value.copy();
    }
    if (!graph.names().contains(name)) {
      var known = new ArrayList<>(graph.names());
      known.addAll(inputs.keySet());
      throw new ShapeException(
          "no output or input named '" + name + "'." + Nearest.listing(name, known));
    }
    Tensor value = results.get(name);
    if (value == null) throw new ShapeException("output '" + name + "' is read before any run");
    return value.copy();
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    written.clear();
    results.clear();
    loaded.close();
  }

  private void checkOpen() {
    if (closed) throw new IllegalStateException("this executable is closed");
  }
}
