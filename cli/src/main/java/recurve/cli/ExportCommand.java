package recurve.cli;

import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.io.FileException;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.io.onnx.TextInput;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.task.Problem;
import recurve.train.Trained;
import recurve.train.TrainingStep;
import recurve.transform.Passes;

/** {@code recurve export}: a trained model for other runtimes. */
final class ExportCommand implements Command {
  private static final String ONNX = "--onnx";
  private static final String FORM = "--form";
  private static final String GRAPH = "--graph";
  private static final String TOKENISER = "--tokeniser";
  private static final String UNKNOWN = "<unk>";
  private static final String TRAIN = "train";

  private final Console console;
  private final Models models;

  @Inject
  ExportCommand(Console console, Models models) {
    this.console = console;
    this.models = models;
  }

  /** What is written: a graph, the weights within it, and what stands beside it. */
  private record Content(Graph graph, Map<String, Tensor> weights, Map<String, String> metadata) {
    static Content of(Trained trained, String name) {
      if (name.equals(TRAIN)) return step(trained);
      Problem.Part part = trained.problem().parts().get(name);
      if (part == null) {
        var known = new ArrayList<>(trained.problem().parts().keySet());
        known.add(TRAIN);
        throw wrong(GRAPH, name, known);
      }
      Trained.Exported exported = trained.graph(part);
      return new Content(exported.graph(), exported.weights(), trained.problem().metadata());
    }

    /** A step of training: parameters, moments, batch and rate in; their next values out. */
    private static Content step(Trained trained) {
      TrainingStep step = TrainingStep.of(trained.model(), trained.problem(), DType.F32);
      var metadata = new LinkedHashMap<>(trained.problem().metadata());
      var lines = new ArrayList<String>();
      // in the order of the outputs: the same model is always the same file
      for (String output : step.graph().names()) {
        String input = step.retained().get(output);
        if (input != null) lines.add(output + "=" + input);
      }
      metadata.put("retained", String.join("\n", lines));
      return new Content(Passes.optimize(step.graph()), Map.of(), metadata);
    }

    List<Value> inputs() {
      return graph.inputs().stream().filter(v -> !weights.containsKey(Graph.nameOf(v))).toList();
    }
  }

  @Override
  public String summary() {
    return "Writes a trained model as an ONNX file.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve export model --onnx model.onnx",
        "recurve export model --onnx step.onnx --graph step --form scan",
        "recurve export model --onnx train.onnx --graph train",
        "recurve export tagger --onnx tagger.onnx --tokeniser");
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
            "predict (whole sequences, the default), step (states in and out), train (a step of"
                + " training), or of task seq2seq encoder, decoder-step and greedy",
            GRAPH));
    spec.addOption(
        Flags.truth(
            "take text, a string for each row, instead of ids: the file splits it at spaces and"
                + " looks the words up",
            TOKENISER));
    spec.addOption(Flags.truth("one JSON object", Flags.JSON));
  }

  @Override
  public void run(ParseResult given) {
    Path file = Flags.path(Flags.text(given, ONNX).orElseThrow());
    OnnxOptions.Form form = choice(given, FORM, OnnxOptions.Form.AUTO);
    String name = Flags.text(given, GRAPH).orElse(Problem.Part.PREDICT);
    Trained trained = models.load(Flags.path(Flags.position(given))).trained();
    Content graph = Content.of(trained, name);
    OnnxOptions options = OnnxOptions.of(form);
    OnnxExport export;
    try {
      export = Flags.isSet(given, TOKENISER) ? reading(graph, options) : written(graph, options);
    } catch (OnnxException e) {
      throw new Failure(Exit.USAGE, OneLine.of(e), e);
    }
    boolean replaced = Files.exists(file);
    export.write(file);
    if (Flags.isSet(given, Flags.JSON)) console.out().println(json(file, export));
    else if (!Flags.isSet(given, Flags.QUIET)) text(file, graph, export, replaced);
  }

  private static OnnxExport written(Content content, OnnxOptions options) {
    return OnnxExport.of(content.graph(), content.weights(), content.metadata(), options);
  }

  /** With the text's words looked up in the file, by the vocabulary that its metadata holds. */
  private static OnnxExport reading(Content content, OnnxOptions options) {
    Map<String, String> about = content.metadata();
    String words = about.getOrDefault("vocabulary", about.get("source"));
    // a tagger's text is always of words
    String level = about.getOrDefault("level", about.getOrDefault("source_level", "word"));
    boolean lower = "true".equals(about.get("lowercase"));
    if (words == null || lower || !level.equals("word")) {
      throw Failure.usage(
          TOKENISER
              + " is for models of words as they stand, and this one reads "
              + (words == null ? "no text" : lower ? "them in lower case" : "a " + level));
    }
    var text = new TextInput("ids", "lengths", List.of(words.split("\n", -1)), UNKNOWN);
    return written(content, options.withOpset(TextInput.OPSET)).reading(text);
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

  private void text(Path file, Content graph, OnnxExport export, boolean replaced) {
    String bytes = String.format(Locale.ROOT, ", %,d bytes", size(file));
    console.out().println((replaced ? "replaced " : "wrote ") + file + bytes);
    for (Value v : graph.inputs()) {
      console.out().println("  input " + Graph.nameOf(v) + " " + v.type());
    }
    for (int i = 0; i < graph.graph().names().size(); i++) {
      Value v = graph.graph().outputs().get(i);
      console.out().println("  output " + graph.graph().names().get(i) + " " + v.type());
    }
    export.loops().forEach(l -> console.out().println("  " + l));
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw FileException.reading(file.toString(), e);
    }
  }

  private static String json(Path file, OnnxExport export) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", file.toString());
    object.put("bytes", size(file));
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
