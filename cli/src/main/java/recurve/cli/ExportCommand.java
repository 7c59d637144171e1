package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.Graph;
import recurve.ir.Value;
import recurve.task.Problem;
import recurve.train.Trained;

/** {@code recurve export}: a trained model for other runtimes. */
final class ExportCommand implements Command {
  private static final String ONNX = "--onnx";
  private static final String FORM = "--form";
  private static final String GRAPH = "--graph";

  private final Console console;
  private final Models models;

  @Inject
  ExportCommand(Console console, Models models) {
    this.console = console;
    this.models = models;
  }

  @Override
  public String summary() {
    return "Writes a trained model as an ONNX file.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve export model --onnx model.onnx",
        "recurve export model --onnx step.onnx --graph step --form scan");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addPositional(Flags.position("DIR", "the model's folder"));
    spec.addOption(Flags.required("FILE", "the file to write", ONNX));
    spec.addOption(
        Flags.value(
            "FORM",
            "how loops are written: auto (fused where ONNX has the equations), fused, scan",
            FORM));
    spec.addOption(
        Flags.value(
            "PART",
            "predict (whole sequences, the default), step (states in and out), or of task seq2seq"
                + " encoder and decoder-step",
            GRAPH));
    spec.addOption(Flags.truth("one JSON object", Flags.JSON));
  }

  @Override
  public void run(ParseResult given) {
    Path file = Flags.path(Flags.text(given, ONNX).orElseThrow());
    OnnxOptions.Form form = choice(given, FORM, OnnxOptions.Form.AUTO);
    String name = Flags.text(given, GRAPH).orElse(Problem.Part.PREDICT);
    Trained trained = models.load(Flags.path(Flags.position(given))).trained();
    Problem.Part part = trained.problem().parts().get(name);
    if (part == null) throw wrong(GRAPH, name, trained.problem().parts().keySet());
    Trained.Exported graph = trained.graph(part);
    OnnxExport export;
    try {
      export =
          OnnxExport.of(
              graph.graph(), graph.weights(), trained.problem().metadata(), OnnxOptions.of(form));
    } catch (OnnxException e) {
      throw new Failure(Exit.USAGE, OneLine.of(e), e);
    }
    boolean replaced = Files.exists(file);
    export.write(file);
    if (Flags.isSet(given, Flags.JSON)) console.out().println(json(file, export));
    else if (!Flags.isSet(given, Flags.QUIET)) text(file, graph, export, replaced);
  }

  private static <E extends Enum<E>> E choice(ParseResult given, String flag, E standard) {
    Optional<String> text = Flags.text(given, flag);
    if (text.isEmpty()) return standard;
    E[] all = standard.getDeclaringClass().getEnumConstants();
    return Arrays.stream(all)
        .filter(e -> lower(e).equals(text.get()))
        .findFirst()
        .orElseThrow(
            () -> wrong(flag, text.get(), Arrays.stream(all).map(ExportCommand::lower).toList()));
  }

  private static Failure wrong(String flag, String text, Collection<String> known) {
    return Failure.usage(flag + " is '" + text + "' but takes one of " + String.join(", ", known));
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private void text(Path file, Trained.Exported graph, OnnxExport export, boolean replaced) {
    console.out().println((replaced ? "replaced " : "wrote ") + file + ", " + size(export));
    for (Value v : graph.inputs()) {
      console.out().println("  input " + Graph.nameOf(v) + " " + v.type());
    }
    for (int i = 0; i < graph.graph().names().size(); i++) {
      Value v = graph.graph().outputs().get(i);
      console.out().println("  output " + graph.graph().names().get(i) + " " + v.type());
    }
    export.loops().forEach(l -> console.out().println("  " + l));
  }

  private static String size(OnnxExport export) {
    return String.format(Locale.ROOT, "%,d bytes", export.bytes().length);
  }

  private static String json(Path file, OnnxExport export) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", file.toString());
    object.put("bytes", export.bytes().length);
    object.put("loops", export.loops().stream().map(ExportCommand::loop).toList());
    return Json.line(object);
  }

  private static Map<String, Object> loop(OnnxExport.LoopForm form) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("loop", form.loop());
    object.put("operator", form.operator());
    if (!form.reason().isEmpty()) object.put("reason", form.reason());
    return object;
  }
}
