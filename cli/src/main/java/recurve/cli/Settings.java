package recurve.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.cell.Cell;
import recurve.cell.Decoder;
import recurve.cell.Encoder;
import recurve.option.Nearest;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.plugin.PluginException;
import recurve.task.Task;
import recurve.train.Model;

/**
 * What a training was told: the command line over {@code --set} over the configuration file.
 *
 * <p>Every value keeps its place, so that what is wrong with it is told where it stands.
 */
final class Settings {
  /** What a training reads that is no part of the model's description. */
  static final List<String> RUN =
      List.of("train", "valid", "test", "out", "backend", "threads", "precision");

  private final Map<String, Setting> settings = new LinkedHashMap<>();

  /** The lists in the order of their say: later ones win. */
  @SafeVarargs
  static Settings of(List<Setting>... layers) {
    var all = new Settings();
    for (List<Setting> layer : layers) {
      for (Setting s : layer) {
        all.settings.remove(s.name()); // so that errors come in the order of who has the say
        all.settings.put(s.name(), s);
      }
    }
    return all;
  }

  /** The values of {@code --set key=value}. */
  static List<Setting> ofPairs(List<String> pairs) {
    var list = new ArrayList<Setting>();
    for (String pair : pairs) {
      int at = pair.indexOf('=');
      if (at < 1) throw Failure.usage("--set " + pair + ": expected key=value, as in units=200");
      list.add(line(Flags.name(pair.substring(0, at)), pair.substring(at + 1)));
    }
    return list;
  }

  /** A value of the command line. */
  static Setting line(String name, String text) {
    return new Setting(name, text, new Setting.Source.CommandLine());
  }

  Optional<Setting> get(String name) {
    return Optional.ofNullable(settings.get(name));
  }

  /** A file that was named; one in a configuration is looked for beside it. */
  Optional<Path> path(String name) {
    return get(name).map(s -> resolved(s, Flags.path(s.text())));
  }

  /** The text that was named: a file, or two that are parallel, joined by a comma. */
  List<Path> paths(String name) {
    return get(name).map(s -> Flags.paths(s.text(), path -> resolved(s, path))).orElse(List.of());
  }

  private static Path resolved(Setting s, Path path) {
    return switch (s.source()) {
      case Setting.Source.CommandLine line -> path;
      case Setting.Source.Place place -> Path.of(place.file()).resolveSibling(path);
    };
  }

  /** A whole number of at least one. */
  Optional<Integer> count(String name) {
    return get(name).map(s -> parseCount(s.text()).orElseThrow(() -> s.problem(notCount(s))));
  }

  private static String notCount(Setting s) {
    return "option " + s.name() + " is '" + s.text() + "' but takes a whole number of at least 1.";
  }

  private static Optional<Integer> parseCount(String text) {
    try {
      int n = Integer.parseInt(text.strip());
      return n < 1 ? Optional.empty() : Optional.of(n);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Everything that describes the model. */
  private List<Setting> ofModel() {
    return settings.values().stream().filter(s -> !RUN.contains(s.name())).toList();
  }

  /** The model that the settings describe. */
  Model model(Task task, Installed installed) {
    List<Cell> cells = cells(Map.of(), installed);
    List<Option<?>> declared = Model.declared(task, cells);
    var values = new LinkedHashMap<String, String>();
    for (Setting s : ofModel()) {
      values.put(s.name(), text(s, checked(s, declared, installed, cells)));
    }
    return Model.of(task, installed.cells()::get).with(values);
  }

  /**
   * The model of a training that goes on: its options are those it began with.
   *
   * @param free the options that may change on the way
   */
  Model model(Model begun, Set<Option<?>> free, Installed installed) {
    Map<String, String> was = begun.options().toMap();
    List<Cell> cells = cells(was, installed);
    var values = new LinkedHashMap<String, String>();
    for (Setting s : ofModel()) {
      Option<?> option = checked(s, begun.options().declared(), installed, cells);
      String now = canonical(option, text(s, option));
      if (now.equals(was.get(s.name()))) continue;
      if (!free.contains(option)) {
        throw s.problem(
            "option "
                + s.name()
                + " is "
                + now
                + " but the training began with "
                + was.get(s.name())
                + ". Leave it out, or train into another folder.");
      }
      values.put(s.name(), now);
    }
    return begun.with(values);
  }

  private static String text(Setting s, Option<?> option) {
    boolean file = option.isFile() && !s.text().isEmpty();
    return file ? resolved(s, Flags.path(s.text())).toString() : s.text();
  }

  /** The cells that are named here, or else in other options. */
  private List<Cell> cells(Map<String, String> others, Installed installed) {
    String standard = Encoder.CELL.format(Encoder.CELL.standard());
    var all = new LinkedHashSet<Cell>();
    all.addAll(
        cells(Encoder.CELL.name(), others.getOrDefault(Encoder.CELL.name(), standard), installed));
    all.addAll(cells(Decoder.CELL.name(), others.getOrDefault(Decoder.CELL.name(), ""), installed));
    return List.copyOf(all);
  }

  private List<Cell> cells(String option, String other, Installed installed) {
    Setting setting = get(option).orElse(line(option, other));
    boolean asEncoder = option.equals(Decoder.CELL.name()) && setting.text().isBlank();
    if (asEncoder) return List.of();
    try {
      return Encoder.CELL.parse(setting.text()).stream()
          .distinct()
          .map(installed.cells()::get)
          .toList();
    } catch (PluginException | OptionException e) {
      throw setting.problem(OneLine.of(e));
    }
  }

  private static Option<?> checked(
      Setting s, Collection<Option<?>> declared, Installed installed, List<Cell> cells) {
    Option<?> option =
        declared.stream()
            .filter(o -> o.name().equals(s.name()))
            .findFirst()
            .orElseThrow(() -> unknown(s, declared, installed, cells));
    try {
      canonical(option, s.text());
    } catch (OptionException e) {
      throw s.problem(OneLine.of(e) + ".");
    }
    return option;
  }

  private static RuntimeException unknown(
      Setting s, Collection<Option<?>> declared, Installed installed, List<Cell> cells) {
    List<String> owners = installed.ownersOf(s.name());
    if (!owners.isEmpty()) {
      return s.problem(
          "option "
              + s.name()
              + " belongs to "
              + String.join(", ", owners)
              + "; the model has cell "
              + String.join(", ", cells.stream().map(Cell::name).toList())
              + ". Leave it out, or choose another cell.");
    }
    var known = new ArrayList<>(RUN);
    for (Option<?> o : declared) known.add(o.name());
    return s.problem("no option named '" + s.name() + "'." + Nearest.hint(s.name(), known));
  }

  private static <T> String canonical(Option<T> option, String text) {
    return option.format(option.parse(text));
  }
}
