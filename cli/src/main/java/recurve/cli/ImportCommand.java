package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.cell.Scope;
import recurve.io.FileException;
import recurve.io.checkpoint.ModelFolder;
import recurve.io.onnx.ImportOptions;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxNetwork;
import recurve.io.text.TextReader;
import recurve.ir.DType;
import recurve.ir.Tensor;
import recurve.option.Option;
import recurve.task.Task;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.TrainingStep;

/** {@code recurve import}: somebody else's ONNX model as a model folder. */
final class ImportCommand implements Command {
  private static final String OUT = "--out";
  private static final String TASK = "--task";
  private static final String VOCAB = "--vocab";
  private static final String EXTERNAL = "--external";
  private static final String SET = "--set";
  private static final String GRAPH = "graph.onnx";

  private final Console console;
  private final Installed installed;

  @Inject
  ImportCommand(Console console, Installed installed) {
    this.console = console;
    this.installed = installed;
  }

  @Override
  public String summary() {
    return "Makes a model folder of an ONNX file, to be evaluated, trained further and exported.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve import tagger.onnx --task tag --vocab words=words.txt"
            + " --vocab tags=tags.txt --out model",
        "recurve import model.onnx --loss loss --out model",
        "recurve train tag --from model --train train.txt --out tuned --trainable 'output.*'");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addPositional(Flags.position("FILE", "the ONNX file"));
    spec.addOption(Flags.required("DIR", "folder for the model; must not exist", OUT));
    spec.addOption(
        Flags.value("TASK", "what the model is for (graph: it computes its own loss)", TASK));
    spec.addOption(
        Flags.values("NAME=FILE", "a vocabulary: an entry a line, in the order of ids", VOCAB));
    spec.addOption(
        Flags.value("DIR", "the folder of weights that stand outside of the file", EXTERNAL));
    spec.addOption(Flags.values("KEY=VALUE", "set an option by its name; may be repeated", SET));
    spec.addOption(Flags.truth("one JSON object", Flags.JSON));
    Flags.addDeclared(spec, everyOption());
    var help = new OptionHelp();
    for (Task task : installed.everyTask()) help.group("Task " + task.name(), task.options());
    help.addTo(spec);
  }

  private Set<Option<?>> everyOption() {
    var all = new LinkedHashSet<Option<?>>();
    for (Task task : installed.everyTask()) {
      all.addAll(Model.declared(task, installed.everyCell()));
    }
    return all;
  }

  @Override
  public void run(ParseResult given) {
    Path file = Flags.path(Flags.position(given));
    Task task = installed.tasks().get(Flags.text(given, TASK).orElse("graph"));
    Model model = settings(given).model(task, installed);
    Map<String, List<String>> vocabularies = vocabularies(given);
    var options = ImportOptions.defaults();
    Optional<Path> external = Flags.text(given, EXTERNAL).map(Flags::path);
    if (external.isPresent()) options = options.externalIn(external.get());
    Trained trained;
    List<String> trainable;
    try {
      OnnxNetwork.WithWeights read = OnnxNetwork.of(CaseFolder.bytes(file), options);
      trained = trained(model, vocabularies, read);
      trainable = trainable(trained);
    } catch (OnnxException e) {
      throw new FileException(FileException.Category.BAD_DATA, file, OneLine.of(e));
    }
    try (ModelFolder folder =
        ModelFolder.create(Flags.path(Flags.text(given, OUT).orElseThrow()))) {
      folder.commit(trained.snapshot());
      tell(given, folder.path(), trained, trainable);
    }
  }

  private Settings settings(ParseResult given) {
    List<String> pairs = given.matchedOptionValue(SET, List.of());
    var line = new ArrayList<Setting>();
    Flags.declared(given, everyOption())
        .forEach((name, text) -> line.add(Settings.line(name, text)));
    return Settings.of(Settings.ofPairs(pairs), line);
  }

  private static Map<String, List<String>> vocabularies(ParseResult given) {
    var all = new LinkedHashMap<String, List<String>>();
    List<String> pairs = given.matchedOptionValue(VOCAB, List.of());
    for (String pair : pairs) {
      String[] sides = pair.split("=", 2);
      if (sides.length < 2 || !sides[0].matches("[a-z0-9-]+")) {
        throw Failure.usage(VOCAB + " is '" + pair + "' but takes NAME=FILE");
      }
      all.put(sides[0], entries(Flags.path(sides[1])));
    }
    return all;
  }

  /** An entry a line, each once: an id is the number of a line. */
  private static List<String> entries(Path file) {
    var entries = new LinkedHashSet<String>();
    try (TextReader in = TextReader.open(file)) {
      for (var line = in.next(); line.isPresent(); line = in.next()) {
        if (line.get().isEmpty()) throw in.problem(1, "an empty line; expected an entry.");
        if (entries.add(line.get())) continue;
        throw in.problem(1, "'" + line.get() + "' stands there twice; an entry has one id.");
      }
    }
    return List.copyOf(entries);
  }

  /** The model with those weights that it reads. */
  private static Trained trained(
      Model model, Map<String, List<String>> vocabularies, OnnxNetwork.WithWeights read) {
    var snapshot =
        new Snapshot(
            model.task().name(),
            model.options().toMap(),
            vocabularies,
            Map.of(GRAPH, read.network().file()),
            read.values(),
            Optional.empty());
    Trained all = Trained.of(model, snapshot);
    if (all.problem().files().isEmpty()) {
      throw Failure.usage("task " + model.task().name() + " does not take a graph from elsewhere");
    }
    var used = new LinkedHashSet<>(all.graph(Scope.Carry.FRESH).weights().keySet());
    TrainingStep.of(model, all.problem(), DType.F32).parameters().forEach(p -> used.add(p.name()));
    var own = new LinkedHashMap<>(read.values());
    own.keySet().retainAll(used);
    return new Trained(model, all.problem(), own);
  }

  /** The weights that training changes. */
  private static List<String> trainable(Trained trained) {
    TrainingStep step = TrainingStep.of(trained.model(), trained.problem(), DType.F32);
    return step.trained().stream().map(Scope.Parameter::name).toList();
  }

  private void tell(ParseResult given, Path folder, Trained trained, List<String> trainable) {
    long all = trained.weights().values().stream().mapToLong(Tensor::size).sum();
    if (Flags.isSet(given, Flags.JSON)) {
      var object = new LinkedHashMap<String, Object>();
      object.put("folder", folder.toString());
      object.put("task", trained.model().task().name());
      object.put("parameters", all);
      object.put("trainable", trainable);
      console.out().println(Json.line(object));
    } else if (!Flags.isSet(given, Flags.QUIET)) {
      console
          .out()
          .println(String.format(Locale.ROOT, "wrote %s, %,d parameters; trainable:", folder, all));
      for (String name : trainable) {
        Tensor w = java.util.Objects.requireNonNull(trained.weights().get(name));
        console.out().println("  " + name + " " + w.shape());
      }
    }
  }
}
