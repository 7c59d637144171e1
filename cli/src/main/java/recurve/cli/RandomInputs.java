package recurve.cli;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import recurve.io.onnx.OnnxImport;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Tensor;
import recurve.ir.Value;

/**
 * Random inputs of many shapes for a graph; whole numbers within what the graph implies: ids below
 * the rows of the table that they index, lengths from one to that of the loop.
 */
final class RandomInputs {
  private static final long[] EXTENTS = {5, 1, 3, 17, 2};

  private final OnnxImport model;
  private final Map<String, Long> given;
  private final Map<String, Dim> rows = new HashMap<>(); // by input: an index of a table of these
  private final Map<String, Dim> steps = new HashMap<>(); // by input: a length of a loop of these

  /**
   * Inputs for a model.
   *
   * @param given by symbol, what it is to be; by input of whole numbers, what they are below
   */
  RandomInputs(OnnxImport model, Map<String, Long> given) {
    this.model = model;
    this.given = given;
    look(model.graph(), new HashMap<>());
  }

  private void look(Graph graph, Map<Value, Value> outside) {
    for (Node n : graph.nodes()) {
      switch (n.op()) {
        case Op.Gather g -> imply(n.input(1), n.input(0).dim(0), rows, outside);
        case Op.ScatterND(Dim all) -> imply(n.input(1), all, rows, outside);
        case Op.Scan scan -> {
          if (scan.lengths()) imply(n.inputs().getLast(), scan.length(), steps, outside);
          var inner = new HashMap<>(outside);
          for (int i = 0; i < scan.body().inputs().size(); i++) {
            inner.put(scan.body().inputs().get(i), n.input(i));
          }
          look(scan.body(), inner);
        }
        default -> {} // says nothing of whole numbers
      }
    }
  }

  private static void imply(
      Value ids, Dim bound, Map<String, Dim> bounds, Map<Value, Value> outside) {
    var seen = new HashSet<Value>();
    var open = new java.util.ArrayDeque<Value>(List.of(ids));
    while (!open.isEmpty()) {
      Value v = open.pop();
      if (v.dtype() != DType.I32 || !seen.add(v)) continue;
      if (outside.containsKey(v)) open.push(java.util.Objects.requireNonNull(outside.get(v)));
      else if (v.op() instanceof Op.Input in) bounds.putIfAbsent(in.name(), bound);
      open.addAll(v.node().inputs());
    }
  }

  /** The inputs of one run: other shapes and numbers for each. */
  Map<String, Tensor> draw(int run, long seed) {
    var random = new Random(31 * seed + run);
    var binding = new HashMap<>(given);
    int next = run;
    var symbols = new TreeSet<String>();
    for (Value v : model.graph().inputs()) {
      v.shape().dims().forEach(d -> symbols.addAll(d.symbols()));
    }
    for (String s : symbols) binding.putIfAbsent(s, EXTENTS[next++ % EXTENTS.length]);
    var inputs = new LinkedHashMap<String, Tensor>();
    for (Value v : model.graph().inputs()) {
      String name = Graph.nameOf(v);
      if (!model.weights().containsKey(name)) inputs.put(name, tensor(v, name, binding, random));
    }
    return inputs;
  }

  private Tensor tensor(Value v, String name, Map<String, Long> binding, Random random) {
    int[] dims = v.shape().dims().stream().mapToInt(d -> (int) d.bind(binding)).toArray();
    Tensor t = Tensor.zeros(v.dtype(), dims);
    long least = steps.containsKey(name) ? 1 : 0;
    Dim bound = rows.getOrDefault(name, steps.getOrDefault(name, Dim.of(3)));
    long most = bound.bind(binding) + least;
    if (given.containsKey(name)) most = java.util.Objects.requireNonNull(given.get(name));
    for (int i = 0; i < t.size(); i++) {
      switch (v.dtype()) {
        case F32 -> t.floats()[i] = 2 * random.nextFloat() - 1;
        case F64 -> t.doubles()[i] = 2 * random.nextDouble() - 1;
        case I32 -> t.ints()[i] = (int) random.nextLong(least, Math.max(least + 1, most));
        case BOOL -> t.booleans()[i] = random.nextBoolean();
      }
    }
    return t;
  }
}
