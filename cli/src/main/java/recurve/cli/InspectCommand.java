package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.cell.Scope;
import recurve.io.onnx.ImportOptions;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.TrainingStep;
import recurve.transform.Passes;

/** {@code recurve inspect}: what a model is. */
final class InspectCommand implements Command {
  private static final String GRAPH = "--graph";
  private static final String PASSES = "--passes";
  private static final String EXTERNAL = "--external";
  private static final String CLASSES = "--classes";

  private final Console console;
  private final Models models;
  private final Backends backends;
  private final OnnxFile onnx;

  @Inject
  InspectCommand(Console console, Models models, Backends backends) {
    this.console = console;
    this.models = models;
    this.backends = backends;
    this.onnx = new OnnxFile(console);
  }

  @Override
  public String summary() {
    return "Shows what a trained model or an ONNX file is, and what of a file is not supported.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve inspect model",
        "recurve inspect model --passes",
        "recurve inspect model --classes out",
        "recurve inspect model.onnx");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addPositional(Flags.position("DIR", "the model's folder, or an ONNX file"));
    spec.addOption(Flags.truth("print the graph of the trained model", GRAPH));
    spec.addOption(
        Flags.truth("count the matrix products inside loops of a training step", PASSES));
    spec.addOption(
        Flags.value(
            "OUT",
            "write the instructions and the classes that a run is made of into this folder, for"
                + " javap",
            CLASSES));
    Flags.addRunning(spec);
    Flags.addWeights(spec);
    spec.addOption(
        Flags.value("DIR", "of an ONNX file: the folder of weights outside of it", EXTERNAL));
    spec.addOption(Flags.truth("one JSON object", Flags.JSON));
  }

  @Override
  public void run(ParseResult given) {
    Path folder = Flags.path(Flags.position(given));
    if (Files.isRegularFile(folder)) {
      var options = ImportOptions.defaults();
      Optional<Path> external = Flags.text(given, EXTERNAL).map(Flags::path);
      if (external.isPresent()) options = options.externalIn(external.get());
      onnx.inspect(folder, options, Flags.isSet(given, Flags.JSON));
      return;
    }
    Models.Loaded model = models.loadWhole(folder);
    if (Flags.isSet(given, Flags.JSON)) {
      console.out().println(json(model.snapshot()));
    } else if (Flags.isSet(given, GRAPH)) {
      console.out().println(model.trained().graph(Scope.Carry.CARRIED).graph());
    } else if (Flags.isSet(given, PASSES)) {
      passes(model.trained());
    } else if (Flags.text(given, CLASSES).isPresent()) {
      Path into = Flags.path(Flags.text(given, CLASSES).get());
      Dissection.of(model.trained(), backends.choose(given), Flags.weights(given), into)
          .forEach((name, bytes) -> line(format("%s, %,d bytes", into.resolve(name), bytes)));
    } else {
      text(model.snapshot());
    }
  }

  private void text(Snapshot s) {
    line("task " + s.task());
    line("options");
    s.options().forEach((name, value) -> line("  " + name + " = " + value));
    line("vocabularies");
    s.vocabularies().forEach((name, v) -> line(format("  %s: %,d entries", name, v.size())));
    line(format("parameters: %,d", count(s.weights())));
    s.weights().forEach((name, w) -> line(format("  %s %s = %,d", name, w.shape(), size(w))));
    line(s.training().map(t -> position(t.position())).orElse("training: over, not kept"));
  }

  private static String position(Snapshot.Position p) {
    String costs = p.validation().isEmpty() ? "" : "; validation after each: " + p.validation();
    return format(
        "training: %,d epochs and %,d batches, %,d updates%s",
        p.epoch(), p.batch(), p.step(), costs);
  }

  private void passes(Trained trained) {
    Graph graph = TrainingStep.of(trained.model(), trained.problem(), DType.F32).graph();
    line("training step as written:");
    Passes.report(graph).forEach(l -> line("  " + l));
    line("after the passes:");
    Passes.report(Passes.optimize(graph)).forEach(l -> line("  " + l));
  }

  private static String json(Snapshot s) {
    var object = new LinkedHashMap<String, Object>();
    object.put("task", s.task());
    object.put("options", s.options());
    var sizes = new LinkedHashMap<String, Integer>();
    s.vocabularies().forEach((name, v) -> sizes.put(name, v.size()));
    object.put("vocabularies", sizes);
    object.put("parameters", count(s.weights()));
    var shapes = new LinkedHashMap<String, Object>();
    s.weights().forEach((name, w) -> shapes.put(name, w.dims()));
    object.put("shapes", shapes);
    s.training().map(Snapshot.State::position).ifPresent(p -> object.put("training", training(p)));
    return Json.line(object);
  }

  private static Map<String, Object> training(Snapshot.Position p) {
    var object = new LinkedHashMap<String, Object>();
    object.put("epoch", p.epoch());
    object.put("batch", p.batch());
    object.put("step", p.step());
    object.put("validation", p.validation());
    object.put("data", p.data());
    return object;
  }

  private static long count(Map<String, Tensor> weights) {
    return weights.values().stream().mapToLong(InspectCommand::size).sum();
  }

  private static long size(Tensor tensor) {
    return tensor.size();
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }

  private void line(String text) {
    console.out().println(text);
  }
}
