package recurve.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import recurve.backend.WeightType;
import recurve.option.Option;

/** How options are written on a command line: {@code learning_rate} as {@code --learning-rate}. */
final class Flags {
  static final String BACKEND = "--backend";
  static final String THREADS = "--threads";
  static final String PRECISION = "--precision";
  static final String WEIGHTS = "--weights";
  static final String PLUGINS = "--plugins";
  static final String JSON = "--json";
  static final String QUIET = "--quiet";
  static final String DEBUG = "--debug";

  private Flags() {}

  /** The flag of an option's name. */
  static String of(String option) {
    return "--" + option.replace('_', '-');
  }

  /** The option's name of a flag or of a name written with hyphens. */
  static String name(String flag) {
    return (flag.startsWith("--") ? flag.substring(2) : flag).replace('-', '_');
  }

  static OptionSpec truth(String description, String... names) {
    return OptionSpec.builder(names).type(boolean.class).description(plain(description)).build();
  }

  static OptionSpec value(String label, String description, String... names) {
    return OptionSpec.builder(names)
        .type(String.class)
        .arity("1")
        .paramLabel(label)
        .description(plain(description))
        .build();
  }

  static OptionSpec required(String label, String description, String... names) {
    return value(label, description, names).toBuilder().required(true).build();
  }

  static OptionSpec values(String label, String description, String... names) {
    return OptionSpec.builder(names)
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("1")
        .paramLabel(label)
        .description(plain(description))
        .build();
  }

  static PositionalParamSpec position(String label, String description) {
    return PositionalParamSpec.builder()
        .index("0")
        .arity("1")
        .type(String.class)
        .paramLabel(label)
        .description(plain(description))
        .build();
  }

  /** What stands after the command, in order; at least so many. */
  static PositionalParamSpec positions(String label, int least, String description) {
    return PositionalParamSpec.builder()
        .index("0..*")
        .arity(least + "..*")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .paramLabel(label)
        .description(plain(description))
        .build();
  }

  static List<String> positions(ParseResult given) {
    List<String> all = given.matchedPositionalValue(0, List.of());
    return List.copyOf(all);
  }

  /** Text in which picocli finds nothing to fill in. */
  static String plain(String text) {
    return text.replace("%", "%%").replace("${", "$${");
  }

  static void addRunning(CommandSpec spec) {
    spec.addOption(value("NAME", "what computes: 'auto' or a backend's name", BACKEND));
    spec.addOption(value("N", "threads; results do not depend on it (all processors)", THREADS));
    spec.addOption(
        value(
            "TYPE",
            "large products in f32, or on sides rounded to bf16, where the processor can (f32)",
            PRECISION));
  }

  /** How the weights of a model that is run and not trained are kept. */
  static void addWeights(CommandSpec spec) {
    spec.addOption(
        value(
            "TYPE",
            "keep weights as f32, or rounded as bf16 or int8: less memory to read, so faster (f32)",
            WEIGHTS));
  }

  /** What {@link #addWeights} was given. */
  static WeightType weights(ParseResult given) {
    Optional<String> text = text(given, WEIGHTS);
    if (text.isEmpty()) return WeightType.F32;
    return Arrays.stream(WeightType.values())
        .filter(t -> t.name().toLowerCase(Locale.ROOT).equals(text.get()))
        .findFirst()
        .orElseThrow(
            () ->
                Failure.usage(
                    WEIGHTS + " is '" + text.get() + "' but takes one of f32, bf16, int8"));
  }

  /**
   * Adds options by name. Two plugins may declare the same name: the value is read as text, by
   * whichever option the model turns out to have. A name that the command itself has is left to it.
   */
  static void addDeclared(CommandSpec spec, Collection<? extends Option<?>> options) {
    Map<String, Boolean> truths = new LinkedHashMap<>();
    for (Option<?> o : options) truths.merge(o.name(), o.isTruth(), Boolean::logicalOr);
    truths.forEach(
        (name, truth) -> {
          if (spec.optionsMap().containsKey(of(name))) return;
          spec.addOption(declared(name, truth));
        });
  }

  private static OptionSpec declared(String name, boolean truth) {
    List<String> names = new ArrayList<>(List.of(of(name)));
    if (name.contains("_")) names.add("--" + name);
    OptionSpec.Builder builder = OptionSpec.builder(names.toArray(String[]::new)).hidden(true);
    return truth
        ? builder.type(Boolean.class).arity("0..1").fallbackValue("true").build()
        : builder.type(String.class).arity("1").build();
  }

  /** The values given for options that {@link #addDeclared} added, by option name. */
  static Map<String, String> declared(ParseResult given, Collection<? extends Option<?>> options) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Option<?> o : options) {
      if (!given.hasMatchedOption(of(o.name()))) continue;
      Object value = given.matchedOptionValue(of(o.name()), "");
      values.put(o.name(), value.toString());
    }
    return values;
  }

  static boolean isSet(ParseResult given, String flag) {
    return given.hasMatchedOption(flag);
  }

  static Optional<String> text(ParseResult given, String flag) {
    return given.hasMatchedOption(flag)
        ? Optional.of(given.matchedOptionValue(flag, ""))
        : Optional.empty();
  }

  static String position(ParseResult given) {
    return given.matchedPositionalValue(0, "");
  }

  /** One file that was typed, or several that belong together, joined by commas. */
  static List<Path> paths(String text, UnaryOperator<Path> resolved) {
    Path whole = resolved.apply(path(text));
    if (text.indexOf(',') < 0 || Files.exists(whole)) return List.of(whole); // a comma of its own
    return Arrays.stream(text.split(",", -1)).map(name -> resolved.apply(path(name))).toList();
  }

  /** A path that was typed. */
  static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw Failure.usage("'" + text + "' is no name of a file: " + e.getReason());
    }
  }
}
