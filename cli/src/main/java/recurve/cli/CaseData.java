package recurve.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import recurve.io.onnx.ElementType;
import recurve.ir.Tensor;

/** Inputs of an ONNX file, and what it is said to give for them. */
interface CaseData {
  /** What a path holds: an archive of arrays, or the folders of a case. */
  static List<? extends CaseData> of(Path data) {
    return Files.isDirectory(data) ? CaseFolder.of(data) : List.of(CaseArchive.of(data));
  }

  /** The inputs that are there, by the names that the file gives them in their order. */
  Map<String, Tensor> inputs(List<String> names, Map<String, ElementType> types);

  /** The outputs that are there. */
  Map<String, Tensor> outputs(List<String> names, Map<String, ElementType> types);

  /** Refuses what is neither an input nor an output: a wrong name would otherwise say nothing. */
  default void check(List<String> inputs, List<String> outputs) {}
}
