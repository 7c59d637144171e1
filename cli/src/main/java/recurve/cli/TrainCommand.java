package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.cell.Encoder;
import recurve.io.text.TextReader;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.plugin.Catalog;
import recurve.task.Corpus;
import recurve.task.Task;
import recurve.train.Model;

/** {@code recurve train}: from text to a model folder. */
final class TrainCommand implements Command {
  private static final String CONFIG = "--config";
  private static final String SET = "--set";
  private static final String RESUME = "--resume";
  private static final String FROM = "--from";

  private final Console console;
  private final Installed installed;
  private final Backends backends;
  private final Interruption interruption;

  @Inject
  TrainCommand(Console console, Installed installed, Backends backends, Interruption interruption) {
    this.console = console;
    this.installed = installed;
    this.backends = backends;
    this.interruption = interruption;
  }

  @Override
  public String summary() {
    return "Trains a model on text and keeps it in a folder. Options win over --set, and --set over"
        + " the configuration file.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve train lm --train text.txt --out model --units 128 --epochs 5",
        "recurve train lm --config examples/sample.yaml --out model --learning-rate 0.002",
        "recurve train seq2seq --train train.de,train.en --valid valid.de,valid.en --out model",
        "recurve train lm --train text.txt --out model --resume",
        "recurve train lm --from model --train other.txt --out tuned --learning-rate 0.0005");
  }

  @Override
  public void declare(CommandSpec spec) {
    String tasks = String.join(", ", installed.tasks().names());
    spec.addPositional(Flags.position("TASK", "what to learn: " + tasks));
    spec.addOption(
        Flags.value(
            "FILE", "text to learn from; two files joined by a comma are parallel", "--train"));
    spec.addOption(Flags.value("FILE", "text to choose the best epoch by", "--valid"));
    spec.addOption(Flags.value("FILE", "text to report on at the end", "--test"));
    spec.addOption(Flags.value("DIR", "folder for the model; must not exist", "--out"));
    spec.addOption(Flags.truth("go on with the training in the folder", RESUME));
    spec.addOption(
        Flags.value("DIR", "a finished model to begin with: its vocabularies and weights", FROM));
    spec.addOption(
        Flags.value("FILE", "YAML file of 'name: value' lines; paths are beside it", CONFIG));
    spec.addOption(Flags.values("KEY=VALUE", "set an option by its name; may be repeated", SET));
    Flags.addRunning(spec);
    spec.addOption(Flags.truth("a JSON object a line for each report", Flags.JSON));
    Flags.addDeclared(spec, everyOption());
    help().addTo(spec);
  }

  private Set<Option<?>> everyOption() {
    var all = new LinkedHashSet<Option<?>>();
    for (Task task : installed.everyTask()) {
      all.addAll(Model.declared(task, installed.everyCell()));
    }
    return all;
  }

  private OptionHelp help() {
    var rest = everyOption();
    var help = new OptionHelp().group("Recurrent layers", Encoder.options());
    rest.removeAll(Encoder.options());
    for (Catalog.Entry<recurve.cell.Cell> e : installed.cells().entries()) {
      help.group("Cell " + e.name(), e.plugin().options());
      rest.removeAll(e.plugin().options());
    }
    for (Catalog.Entry<Task> e : installed.tasks().entries()) {
      help.group("Task " + e.name(), e.plugin().options());
      rest.removeAll(e.plugin().options());
    }
    return help.group("Training", rest);
  }

  @Override
  public void run(ParseResult given) {
    boolean resume = Flags.isSet(given, RESUME);
    Optional<Path> config = Flags.text(given, CONFIG).map(Flags::path);
    Task task = installed.tasks().get(Flags.position(given));
    Settings settings = settings(given, config);
    Path out = settings.path("out").orElseThrow(() -> missing("a folder", "--out DIR"));
    var texts =
        new Training.Texts(
            text(settings, "train").orElseThrow(() -> missing("a training text", "--train FILE")),
            text(settings, "valid"),
            text(settings, "test"));
    var run =
        new Training.Run(
            backends.choose(settings),
            Flags.isSet(given, Flags.QUIET),
            Flags.isSet(given, Flags.JSON),
            interruption);
    Optional<Path> from = Flags.text(given, FROM).map(Flags::path);
    var training = new Training(console, installed, task, settings, texts, from, run);
    try {
      if (resume) training.resume(out);
      else training.begin(out);
    } catch (OptionException e) { // two options that do not go together: neither has the blame
      throw new Failure(config.isPresent() ? Exit.CONFIG : Exit.USAGE, OneLine.of(e), e);
    }
  }

  private Settings settings(ParseResult given, Optional<Path> config) {
    List<Setting> file = config.map(YamlFile::read).orElse(List.of());
    List<String> pairs = given.matchedOptionValue(SET, List.of());
    var line = new ArrayList<Setting>();
    for (String name : Settings.RUN) {
      Flags.text(given, Flags.of(name)).ifPresent(text -> line.add(Settings.line(name, text)));
    }
    Flags.declared(given, everyOption())
        .forEach((name, text) -> line.add(Settings.line(name, text)));
    return Settings.of(file, Settings.ofPairs(pairs), line);
  }

  private static Failure missing(String what, String how) {
    return Failure.usage(what + " is missing: give " + how + ". See recurve train --help.");
  }

  /** The training text is read at once; the others too, before hours of training. */
  private static Optional<Corpus> text(Settings settings, String name) {
    List<Path> paths = settings.paths(name);
    for (Path p : paths) {
      try (TextReader in = TextReader.open(p)) {
        boolean lines = !name.equals("train") && !p.toString().endsWith(".npz");
        while (lines && in.next().isPresent()) {}
      }
    }
    return paths.isEmpty() ? Optional.empty() : Optional.of(new Corpus.Paths(paths));
  }
}
