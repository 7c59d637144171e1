package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.backend.WeightType;
import recurve.io.text.TextReader;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Corpus;
import recurve.task.Report;
import recurve.task.Session;
import recurve.task.Task;
import recurve.train.Trained;

/** {@code recurve evaluate}: a model's figures on a text. */
final class EvaluateCommand implements Command {
  private static final String DATA = "--data";

  private final Console console;
  private final Models models;
  private final Backends backends;
  private final Decoding decoding;

  @Inject
  EvaluateCommand(Console console, Models models, Backends backends, Decoding decoding) {
    this.console = console;
    this.models = models;
    this.backends = backends;
    this.decoding = decoding;
  }

  @Override
  public String summary() {
    return "Reports a trained model's figures on a text.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve evaluate model --data test.txt",
        "recurve evaluate model --data test.txt --json",
        "recurve evaluate model --data test.tsv --threshold 0.4",
        "recurve evaluate model --data test.de,test.en --beam 5");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addPositional(Flags.position("DIR", "the model's folder"));
    spec.addOption(Flags.required("FILE", "text in the form that the task was trained on", DATA));
    Flags.addRunning(spec);
    Flags.addWeights(spec);
    decoding.declare(spec);
  }

  @Override
  public void run(ParseResult given) {
    List<Path> data = Flags.paths(Flags.text(given, DATA).orElseThrow(), path -> path);
    data.forEach(file -> TextReader.open(file).close());
    Models.Loaded model = models.load(Flags.path(Flags.position(given)));
    Report report = report(model.trained(), new Corpus.Paths(data), given);
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

  /** With decoding options the figures of what they decode, else those of the objective. */
  private Report report(Trained trained, Corpus corpus, ParseResult given) {
    Task task = trained.model().task();
    Options options = decoding.options(task, given);
    refuseOthers(task, options);
    Backends.Choice on = backends.choose(given);
    Trained as = Decoding.instead(trained, options);
    boolean decodes =
        options.declared().stream().anyMatch(o -> options.isSet(o) && !task.options().contains(o));
    WeightType kept = Flags.weights(given);
    if (!decodes) return as.evaluate(corpus, on.backend(), on.threads(), kept);
    try (Session session = as.session(on.backend(), on.threads(), kept)) {
      return as.problem()
          .evaluate(session, corpus, options)
          .orElseThrow(
              () ->
                  Failure.usage(
                      "how a model of task "
                          + task.name()
                          + " decodes changes none of its figures. Leave those options out."));
    }
  }

  /** What is for predict alone would change nothing here, and who gives it would never know. */
  private static void refuseOthers(Task task, Options options) {
    List<Option<?>> counted = task.evaluating();
    for (Option<?> o : options.declared()) {
      if (!options.isSet(o) || counted.contains(o)) continue;
      String taken = String.join(", ", counted.stream().map(c -> Flags.of(c.name())).toList());
      throw Failure.usage(
          "option "
              + Flags.of(o.name())
              + " changes no figure of a model of task "
              + task.name()
              + "; it is for predict or generate. "
              + (taken.isEmpty() ? "Leave it out." : "evaluate takes " + taken + "."));
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
