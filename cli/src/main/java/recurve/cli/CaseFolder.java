package recurve.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import recurve.io.FileException;
import recurve.io.onnx.ElementType;
import recurve.io.onnx.TensorFile;
import recurve.ir.Tensor;

/** A folder of {@code input_N.pb} and {@code output_N.pb}, as ONNX's own test cases have them. */
record CaseFolder(Path folder) implements CaseData {
  /** The folders within a case: {@code test_data_set_0} and so on; or the folder itself. */
  static List<CaseFolder> of(Path data) {
    var sets = new ArrayList<CaseFolder>();
    for (Path p : children(data)) {
      boolean set = Files.isDirectory(p) && name(p).startsWith("test_data_set_");
      if (set) sets.add(new CaseFolder(p));
    }
    return sets.isEmpty() ? List.of(new CaseFolder(data)) : sets;
  }

  static List<Path> children(Path folder) {
    try (Stream<Path> list = Files.list(folder)) {
      return list.sorted().toList();
    } catch (IOException e) {
      throw FileException.reading(folder.toString(), e);
    }
  }

  static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileException.reading(file.toString(), e);
    }
  }

  @Override
  public Map<String, Tensor> inputs(List<String> names, Map<String, ElementType> types) {
    return read("input", names, types);
  }

  @Override
  public Map<String, Tensor> outputs(List<String> names, Map<String, ElementType> types) {
    return read("output", names, types);
  }

  private Map<String, Tensor> read(
      String kind, List<String> names, Map<String, ElementType> types) {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (int i = 0; i < names.size(); i++) {
      Path file = folder.resolve(kind + "_" + i + ".pb");
      ElementType type = types.get(names.get(i));
      if (type == null || !Files.exists(file)) continue;
      tensors.put(names.get(i), TensorFile.read(bytes(file), type));
    }
    return tensors;
  }
}
