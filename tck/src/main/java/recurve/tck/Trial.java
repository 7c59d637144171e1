package recurve.tck;

import static recurve.tck.Trial.args;
import static recurve.tck.Trial.graph;
import static recurve.tck.Trial.run;
import static recurve.tck.Trial.samples;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** A graph and what to run it on, one run after the other in one executable. */
record Trial(String name, Graph graph, Tolerance tolerance, List<Map<String, Tensor>> runs) {
  Trial(String name, Value y, Tolerance tolerance) {
    this(name, List.of(y), tolerance);
  }

  Trial(String name, List<Value> ys, Tolerance tolerance) {
    this(name, ys, tolerance, samples(graph(ys), 7));
  }

  Trial(String name, Value y, Tolerance tolerance, List<Map<String, Tensor>> runs) {
    this(name, List.of(y), tolerance, runs);
  }

  Trial(String name, List<Value> ys, Tolerance tolerance, List<Map<String, Tensor>> runs) {
    this(name, graph(ys), tolerance, runs);
  }

  /** Fails where the backend gives what the reference does not. */
  void check(Backend backend) {
    try (Executable e = backend.compile(graph, CompileOptions.threads(2));
        Executable reference = new Reference().compile(graph, CompileOptions.threads(1))) {
      for (var args : runs) {
        List<Tensor> expected = run(reference, graph, args);
        List<Tensor> actual = run(e, graph, args);
        for (int i = 0; i < expected.size(); i++) {
          String what = graph.names().get(i) + " of " + name + "\n" + graph + "\n";
          tolerance.check(expected.get(i), actual.get(i), what);
        }
      }
    }
  }

  /** Its outputs, in the order of their names. */
  static List<Tensor> run(Executable e, Graph graph, Map<String, Tensor> args) {
    args.forEach(e::write);
    e.run();
    return graph.names().stream().map(e::read).toList();
  }

  static Map<String, Tensor> args(Graph graph, long seed, Map<String, Long> binding) {
    return new Samples(seed).of(graph.inputs(), binding);
  }

  /** Arguments for each of the bindings, or once if there is nothing to bind. */
  static List<Map<String, Tensor>> samples(Graph graph, long seed) {
    boolean symbolic = graph.inputs().stream().anyMatch(v -> !v.shape().isNumeric());
    if (!symbolic) return List.of(args(graph, seed, Map.of()));
    return RandomGraphs.bindings().stream().map(b -> args(graph, seed, b)).toList();
  }

  /** The graph of some values, whose outputs are y0, y1, ... */
  static Graph graph(List<Value> ys) {
    var inputs =
        Graph.nodes(ys).stream()
            .filter(n -> n.op() instanceof Op.Input)
            .map(n -> n.output())
            .toList();
    var outputs = new LinkedHashMap<String, Value>();
    for (Value y : ys) outputs.put("y" + outputs.size(), y);
    return Graph.of(inputs, outputs);
  }

  static Value input(String name, DType dtype, long... dims) {
    return Ops.input(name, dtype, Shape.of(dims));
  }
}
