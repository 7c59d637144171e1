package recurve.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.io.FileException;
import recurve.io.onnx.ElementType;
import recurve.io.onnx.NumpyArchive;
import recurve.ir.Tensor;

/**
 * Arrays of an {@code .npz} by the names of inputs and outputs; an output may be called {@code
 * output_NAME} too, where an input has its name.
 */
record CaseArchive(Path file, Map<String, Tensor> arrays) implements CaseData {
  private static final String OUTPUT = "output_";

  static CaseArchive of(Path file) {
    return new CaseArchive(file, NumpyArchive.read(file));
  }

  @Override
  public Map<String, Tensor> inputs(List<String> names, Map<String, ElementType> types) {
    var found = new LinkedHashMap<String, Tensor>();
    for (String name : names) {
      Tensor array = arrays.get(name);
      if (array != null) found.put(name, array);
    }
    return found;
  }

  @Override
  public Map<String, Tensor> outputs(List<String> names, Map<String, ElementType> types) {
    var found = new LinkedHashMap<String, Tensor>();
    for (String name : names) {
      Tensor array = arrays.getOrDefault(OUTPUT + name, arrays.get(name));
      if (array != null) found.put(name, array);
    }
    return found;
  }

  @Override
  public void check(List<String> inputs, List<String> outputs) {
    var known = new ArrayList<>(inputs);
    known.addAll(outputs);
    for (String name : arrays.keySet()) {
      String bare = name.startsWith(OUTPUT) ? name.substring(OUTPUT.length()) : name;
      if (known.contains(name) || outputs.contains(bare)) continue;
      throw wrong("holds '" + name + "', which the model does not have", known);
    }
  }

  private FileException wrong(String what, List<String> names) {
    return new FileException(
        FileException.Category.BAD_DATA,
        file,
        what + "; the model's are " + String.join(", ", names) + ". Name the arrays so.");
  }
}
