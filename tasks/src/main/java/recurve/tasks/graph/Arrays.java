package recurve.tasks.graph;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.onnx.NumpyArchive;
import recurve.io.onnx.OnnxNetwork;
import recurve.ir.Dim;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.OptionException;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;

/**
 * Arrays by the names of a graph's inputs, of the same number of examples.
 *
 * @param axes of those that have examples, the axis along which they lie
 * @param count how many examples there are
 */
record Arrays(Map<String, Tensor> arrays, Map<String, Integer> axes, int count) {

  /** The arrays of a file for some inputs of a network. */
  static Arrays read(Corpus corpus, OnnxNetwork network, Set<String> names, Dim batch) {
    if (!(corpus instanceof Corpus.Paths(List<Path> paths)) || paths.size() != 1) {
      throw new OptionException("task graph reads arrays from one .npz file");
    }
    Path file = paths.get(0);
    Map<String, Tensor> all = NumpyArchive.read(file);
    var arrays = new LinkedHashMap<String, Tensor>();
    var axes = new LinkedHashMap<String, Integer>();
    var extents = new LinkedHashMap<Dim, Integer>(); // what open axes are in this file
    for (String name : names) {
      Value input = network.input(name);
      Tensor t = all.get(name);
      if (t == null) {
        throw bad(
            file,
            "has no array '"
                + name
                + "' "
                + input.type()
                + "; it has "
                + String.join(", ", all.keySet()));
      }
      for (int i = 0; i < input.rank() && t.rank() == input.rank(); i++) {
        Dim d = input.dim(i);
        boolean fits =
            d.isNumber()
                ? d.is(t.dim(i))
                : extents.merge(d, t.dim(i), (a, b) -> a.equals(b) ? a : -1) >= 0;
        if (!fits) throw bad(file, wrong(name, t, input));
        if (d.equals(batch)) axes.put(name, i);
      }
      if (t.rank() != input.rank() || t.dtype().isFloat() != input.dtype().isFloat()) {
        throw bad(file, wrong(name, t, input));
      }
      arrays.put(name, t.cast(input.dtype()));
    }
    int count = extents.getOrDefault(batch, 0);
    if (count == 0) throw bad(file, "holds no examples along '" + batch + "'");
    return new Arrays(arrays, axes, count);
  }

  private static String wrong(String name, Tensor t, Value input) {
    return "holds '"
        + name
        + "' as "
        + t
        + "; the graph takes "
        + input.type()
        + ", open axes of one name alike";
  }

  private static FileException bad(Path file, String what) {
    return new FileException(Category.BAD_DATA, file, what + ".");
  }

  /** Batches of so many examples, in an order. */
  Batches batches(int[] places, int rows) {
    var groups = new ArrayList<int[]>();
    for (int from = 0; from < places.length; from += rows) {
      groups.add(java.util.Arrays.copyOfRange(places, from, Math.min(places.length, from + rows)));
    }
    return new Batches() {
      @Override
      public int size() {
        return groups.size();
      }

      @Override
      public Batch get(int index) {
        int[] own = groups.get(index);
        var inputs = new LinkedHashMap<String, Tensor>();
        arrays.forEach(
            (name, t) -> {
              Integer axis = axes.get(name);
              inputs.put(name, axis == null ? t : take(t, axis, own));
            });
        return new Batch(inputs, true, own.length);
      }
    };
  }

  /** Some places of an axis. */
  static Tensor take(Tensor t, int axis, int[] places) {
    int outer = 1, inner = 1;
    for (int i = 0; i < axis; i++) outer *= t.dim(i);
    for (int i = axis + 1; i < t.rank(); i++) inner *= t.dim(i);
    int[] dims = t.dims().clone();
    dims[axis] = places.length;
    Tensor taken = Tensor.zeros(t.dtype(), dims);
    Object from = elements(t), to = elements(taken);
    for (int o = 0; o < outer; o++) {
      for (int p = 0; p < places.length; p++) {
        int at = (o * t.dim(axis) + places[p]) * inner;
        System.arraycopy(from, at, to, (o * places.length + p) * inner, inner);
      }
    }
    return taken;
  }

  private static Object elements(Tensor t) {
    return switch (t.dtype()) {
      case F32 -> t.floats();
      case F64 -> t.doubles();
      case I32 -> t.ints();
      case BOOL -> t.booleans();
    };
  }
}
