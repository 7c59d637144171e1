package recurve.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import recurve.backend.Backend;
import recurve.cell.Cell;
import recurve.option.Option;
import recurve.plugin.Catalog;
import recurve.plugin.Plugin;
import recurve.plugin.Plugins;
import recurve.task.Subwords;
import recurve.task.Task;

/** The plugins that were found. */
record Installed(
    Catalog<Cell> cells,
    Catalog<Task> tasks,
    Catalog<Backend> backends,
    Catalog<Subwords> subwords) {
  /**
   * Finds the plugins on the module path and in folders of jars; of those that do not load the user
   * hears, and the others are there.
   */
  static Installed load(List<String> folders, Console console) {
    var layers = new ArrayList<ModuleLayer>();
    for (String folder : folders) layers.add(Plugins.layer(Flags.path(folder)));
    Catalog<Subwords> subwords = load(Subwords.class, layers, console);
    return new Installed(
        load(Cell.class, layers, console),
        load(Task.class, layers, console).map(task -> task.with(subwords)),
        load(Backend.class, layers, console),
        subwords);
  }

  private static <S extends Plugin> Catalog<S> load(
      Class<S> service, List<ModuleLayer> layers, Console console) {
    Catalog<S> catalog = Catalog.load(service, layers);
    catalog.failures().forEach(f -> console.warn("a plugin does not load and is left out: " + f));
    return catalog;
  }

  /** The folders of plugins that a command line names; they decide which options it may have. */
  static List<String> folders(List<String> args) {
    var folders = new ArrayList<String>();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (arg.startsWith(Flags.PLUGINS + "=")) {
        folders.add(arg.substring(Flags.PLUGINS.length() + 1));
      } else if (arg.equals(Flags.PLUGINS) && i + 1 < args.size()) {
        folders.add(args.get(++i));
      }
    }
    return folders;
  }

  /** The cells and tasks that declare an option of this name, for messages. */
  List<String> ownersOf(String option) {
    var owners = new ArrayList<String>();
    for (var e : cells.entries()) {
      if (has(e.plugin().options(), option)) owners.add("cell " + e.name());
    }
    for (var e : tasks.entries()) {
      if (has(e.plugin().options(), option)) owners.add("task " + e.name());
    }
    return owners;
  }

  private static boolean has(List<Option<?>> options, String name) {
    return options.stream().anyMatch(o -> o.name().equals(name));
  }

  List<Cell> everyCell() {
    return cells.entries().stream().map(Catalog.Entry::plugin).toList();
  }

  List<Task> everyTask() {
    return tasks.entries().stream().map(Catalog.Entry::plugin).toList();
  }

  /** What decoding takes, of every task. */
  Set<Option<?>> decoding() {
    var all = new LinkedHashSet<Option<?>>();
    for (Task t : everyTask()) all.addAll(t.decoding());
    return all;
  }
}
