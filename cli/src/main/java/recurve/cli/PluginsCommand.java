package recurve.cli;

import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.backend.Backend;
import recurve.backend.Support;
import recurve.option.Option;
import recurve.plugin.Catalog;

/** {@code recurve plugins}: what is installed. */
final class PluginsCommand implements Command {
  private final Console console;
  private final Installed installed;

  @Inject
  PluginsCommand(Console console, Installed installed) {
    this.console = console;
    this.installed = installed;
  }

  @Override
  public String summary() {
    return "Lists cells, tasks and backends with their options, and why a backend cannot run.";
  }

  @Override
  public List<String> examples() {
    return List.of("recurve plugins", "recurve plugins --json");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addOption(Flags.truth("one JSON object", Flags.JSON));
  }

  @Override
  public void run(ParseResult given) {
    if (Flags.isSet(given, Flags.JSON)) json();
    else text();
  }

  private void text() {
    heading("Cells");
    for (var e : installed.cells().entries()) {
      line(e);
      options(e.plugin().options());
    }
    heading("Tasks");
    for (var e : installed.tasks().entries()) {
      line(e);
      options(e.plugin().options());
      options(e.plugin().decoding());
    }
    heading("Backends");
    for (var e : installed.backends().entries()) {
      line(e);
      console.out().println("      " + support(e.plugin()));
    }
    if (installed.subwords().entries().isEmpty()) return; // as long as nobody asked for any
    heading("Subwords");
    installed.subwords().entries().forEach(this::line);
  }

  private void heading(String text) {
    console.out().println(text);
  }

  private void line(Catalog.Entry<?> entry) {
    console.out().println("  " + entry.name() + "  (" + entry.origin() + ")");
  }

  private void options(List<Option<?>> options) {
    for (Option<?> o : options) {
      console
          .out()
          .println(
              "      "
                  + o.name()
                  + " = "
                  + OptionHelp.standard(o)
                  + "  "
                  + o.meaning()
                  + "; "
                  + o.takes());
    }
  }

  private static String support(Backend backend) {
    return switch (backend.support()) {
      case Support.Available(String detail) -> "available: " + detail;
      case Support.Absent(String reason) -> "absent: " + reason;
    };
  }

  private void json() {
    var all = new LinkedHashMap<String, Object>();
    var cells = new ArrayList<Object>();
    for (var e : installed.cells().entries()) {
      cells.add(with(object(e), "options", objects(e.plugin().options())));
    }
    var tasks = new ArrayList<Object>();
    for (var e : installed.tasks().entries()) {
      Map<String, Object> task = with(object(e), "options", objects(e.plugin().options()));
      tasks.add(with(task, "decoding", objects(e.plugin().decoding())));
    }
    var backends = new ArrayList<Object>();
    for (var e : installed.backends().entries()) backends.add(backend(e));
    all.put("cells", cells);
    all.put("tasks", tasks);
    all.put("backends", backends);
    all.put(
        "subwords", installed.subwords().entries().stream().map(PluginsCommand::object).toList());
    console.out().println(Json.line(all));
  }

  private static Map<String, Object> backend(Catalog.Entry<Backend> entry) {
    Map<String, Object> object = object(entry);
    return switch (entry.plugin().support()) {
      case Support.Available(String detail) ->
          with(with(object, "available", true), "detail", detail);
      case Support.Absent(String reason) ->
          with(with(object, "available", false), "reason", reason);
    };
  }

  private static Map<String, Object> object(Catalog.Entry<?> entry) {
    return with(with(new LinkedHashMap<>(), "name", entry.name()), "module", entry.origin());
  }

  private static Map<String, Object> with(Map<String, Object> object, String key, Object value) {
    object.put(key, value);
    return object;
  }

  private static List<Object> objects(List<Option<?>> options) {
    var list = new ArrayList<>();
    for (Option<?> o : options) {
      Map<String, Object> object = with(new LinkedHashMap<>(), "name", o.name());
      with(object, "default", OptionHelp.standard(o));
      with(object, "meaning", o.meaning());
      list.add(with(object, "takes", o.takes()));
    }
    return list;
  }
}
