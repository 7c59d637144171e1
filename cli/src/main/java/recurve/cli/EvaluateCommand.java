package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.io.text.TextReader;
import recurve.task.Corpus;
import recurve.task.Report;

/** {@code recurve evaluate}: a model's figures on a text. */
final class EvaluateCommand implements Command {
  private static final String DATA = "--data";

  private final Console console;
  private final Models models;
  private final Backends backends;

  @Inject
  EvaluateCommand(Console console, Models models, Backends backends) {
    this.console = console;
    this.models = models;
    this.backends = backends;
  }

  @Override
  public String summary() {
    return "Reports a trained model's figures on a text.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve evaluate model --data test.txt", "recurve evaluate model --data test.txt --json");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addPositional(Flags.position("DIR", "the model's folder"));
    spec.addOption(Flags.required("FILE", "text in the form that the task was trained on", DATA));
    Flags.addRunning(spec);
    spec.addOption(Flags.truth("one JSON object", Flags.JSON));
  }

  @Override
  public void run(ParseResult given) {
    Path data = Flags.path(Flags.text(given, DATA).orElseThrow());
    TextReader.open(data).close();
    Models.Loaded model = models.load(Flags.path(Flags.position(given)));
    Backends.Choice on = backends.choose(given);
    Report report = model.trained().evaluate(Corpus.text(data), on.backend(), on.threads());
    if (Flags.isSet(given, Flags.JSON)) {
      console.out().println(json(model.snapshot().task(), report));
    } else {
      report.figures().forEach((name, value) -> console.out().println(line(name, value)));
      for (Report.Table table : report.tables()) {
        console.out().println();
        console.out().println(table.name().replace('_', ' '));
        table.lines().forEach(console.out()::println);
      }
    }
  }

  private static String json(String task, Report report) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("task", task);
    object.putAll(Json.figures(report));
    report.tables().forEach(table -> object.put(table.name(), Json.table(table)));
    return Json.line(object);
  }

  private static String line(String name, double value) {
    return name.replace('_', ' ') + " " + Progress.figure(value);
  }
}
