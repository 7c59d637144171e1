package recurve.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import recurve.io.onnx.ImportOptions;
import recurve.io.onnx.OnnxImport;
import recurve.io.onnx.UnsupportedModelException;
import recurve.ir.Graph;
import recurve.ir.Value;

/** What an ONNX file is: inputs, outputs, operators, and all that is not supported at once. */
record OnnxFile(Console console) {

  void inspect(Path file, ImportOptions options, boolean json) {
    byte[] bytes = CaseFolder.bytes(file);
    var object = new LinkedHashMap<String, Object>();
    object.put("operators", OnnxImport.operators(bytes));
    try {
      OnnxImport model = OnnxImport.of(bytes, options);
      object.put("producer", model.producer());
      object.put("opset", model.opset());
      object.put(
          "inputs",
          model.graph().inputs().stream()
              .filter(v -> !model.weights().containsKey(Graph.nameOf(v)))
              .map(v -> Graph.nameOf(v) + " " + model.inputs().get(Graph.nameOf(v)) + v.shape())
              .toList());
      var outputs = new LinkedHashMap<String, Value>();
      for (int i = 0; i < model.graph().names().size(); i++) {
        outputs.put(model.graph().names().get(i), model.graph().outputs().get(i));
      }
      object.put(
          "outputs",
          outputs.entrySet().stream()
              .map(e -> e.getKey() + " " + model.outputs().get(e.getKey()) + e.getValue().shape())
              .toList());
      long parameters = model.weights().values().stream().mapToLong(t -> t.size()).sum();
      object.put("parameters", parameters);
      object.put("metadata", List.copyOf(model.metadata().keySet()));
      object.put("unsupported", List.of());
    } catch (UnsupportedModelException e) {
      object.put("unsupported", e.nodes().stream().map(Object::toString).toList());
    }
    if (json) {
      console.out().println(Json.line(object));
    } else {
      object.forEach((name, value) -> print(name, value));
    }
  }

  private void print(String name, Object value) {
    if (!(value instanceof List<?> list)) {
      console.out().println(name + ": " + (value instanceof Long n ? format(n) : value));
      return;
    }
    console.out().println(name + (list.isEmpty() ? ": none" : ""));
    list.forEach(line -> console.out().println("  " + line));
  }

  private static String format(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }
}
