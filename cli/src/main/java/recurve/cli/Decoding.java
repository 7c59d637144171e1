package recurve.cli;

import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Task;
import recurve.train.Model;
import recurve.train.Trained;

/** What {@code predict} and {@code generate} share: decoding options, and writing lines. */
final class Decoding {
  private final Console console;
  private final Installed installed;

  @Inject
  Decoding(Console console, Installed installed) {
    this.console = console;
    this.installed = installed;
  }

  /** Adds the decoding options of every task. */
  void declare(CommandSpec spec) {
    spec.addOption(Flags.truth("one JSON object", Flags.JSON));
    Flags.addDeclared(spec, installed.decoding());
    var help = new OptionHelp();
    for (Task task : installed.everyTask()) help.group("Task " + task.name(), task.decoding());
    help.addTo(spec);
  }

  /**
   * The model with the decoding options that are its own too, such as a threshold, in place of
   * those that it was trained with.
   */
  static Trained instead(Trained trained, Options decoding) {
    Task task = trained.model().task();
    List<Option<?>> own = task.options();
    var values = new LinkedHashMap<String, String>();
    for (Option<?> o : decoding.declared()) {
      if (!decoding.isSet(o) || !own.contains(o)) continue;
      values.put(o.name(), String.valueOf(decoding.toMap().get(o.name())));
    }
    if (values.isEmpty()) return trained;
    Model model = trained.model().with(values);
    var problem =
        task.restore(model.options(), trained.problem().vocabularies(), trained.problem().files());
    return new Trained(model, problem, trained.weights());
  }

  /** The options given, for a task. */
  Options options(Task task, ParseResult given) {
    Map<String, String> values = Flags.declared(given, installed.decoding());
    List<String> own = task.decoding().stream().map(Option::name).toList();
    for (String name : values.keySet()) {
      if (own.contains(name)) continue;
      throw Failure.usage(
          "option "
              + Flags.of(name)
              + " is not for a model of task "
              + task.name()
              + (own.isEmpty()
                  ? ""
                  : "; it has " + String.join(", ", own.stream().map(Flags::of).toList())));
    }
    return Options.of(task.decoding()).with(values);
  }

  /** Writes pieces of text as they come, until there are no more or nobody reads them. */
  void print(Stream<String> pieces) {
    try (pieces) {
      for (var each = pieces.iterator(); each.hasNext() && !console.out().checkError(); ) {
        console.out().print(each.next());
      }
    }
  }

  /** Writes one object: the task's name, and what was made. */
  void printJson(Task task, String key, Object value) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("task", task.name());
    object.put(key, value);
    console.out().println(Json.line(object));
  }
}
