package recurve.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.WeightType;
import recurve.cell.Scope;
import recurve.io.FileException;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.train.Trained;
import recurve.transform.Passes;

/** Writes what a backend makes of a trained model, as files that people can read. */
final class Dissection {
  private static final long EXTENT = 8; // of every symbolic dimension: steps, rows

  private Dissection() {}

  /** Compiles and runs the model, and writes what came of it; gives the files' sizes by name. */
  static Map<String, Integer> of(Trained trained, Backends.Choice on, WeightType kept, Path into) {
    Trained.Exported exported = trained.graph(Scope.Carry.CARRIED);
    var options = CompileOptions.threads(on.threads()).holding(exported.weights().keySet(), kept);
    Map<String, byte[]> files;
    try (Executable executable = on.backend().compile(Passes.optimize(exported.graph()), options)) {
      exported.weights().forEach(executable::write);
      for (Value v : exported.inputs()) executable.write(Graph.nameOf(v), some(v));
      executable.run();
      files = executable.inside();
    }
    if (files.isEmpty()) {
      throw Failure.usage("backend " + on.backend().name() + " makes nothing to look at");
    }
    return write(files, into);
  }

  /** Ids and lengths of one, other numbers of zero. */
  private static Tensor some(Value v) {
    var binding = new LinkedHashMap<String, Long>();
    for (Dim d : v.shape().dims()) d.symbols().forEach(s -> binding.put(s, EXTENT));
    int[] dims = Arrays.stream(v.shape().bind(binding)).mapToInt(Math::toIntExact).toArray();
    Tensor t = Tensor.zeros(v.dtype(), dims);
    if (v.dtype() == DType.I32) Arrays.fill(t.ints(), 1);
    return t;
  }

  private static Map<String, Integer> write(Map<String, byte[]> files, Path into) {
    var sizes = new LinkedHashMap<String, Integer>();
    try {
      Files.createDirectories(into);
      for (Map.Entry<String, byte[]> e : files.entrySet()) {
        Files.write(into.resolve(e.getKey()), e.getValue());
        sizes.put(e.getKey(), e.getValue().length);
      }
    } catch (IOException e) {
      throw FileException.writing(into.toString(), e);
    }
    return sizes;
  }
}
