package recurve.cli;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import recurve.io.onnx.Bounds;
import recurve.io.onnx.OnnxImport;
import recurve.ir.Dim;
import recurve.ir.Graph;
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
  private final Bounds bounds;

  /**
   * Inputs for a model.
   *
   * @param given by symbol, what it is to be; by input of whole numbers, what they are below
   */
  RandomInputs(OnnxImport model, Map<String, Long> given) {
    this.model = model;
    this.given = given;
    this.bounds = Bounds.of(model.graph());
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
    long least = bounds.steps().containsKey(name) ? 1 : 0;
    Dim bound = bounds.rows().getOrDefault(name, bounds.steps().getOrDefault(name, Dim.of(3)));
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
