package recurve.cli;

import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ParseResult;
import recurve.backend.Backend;
import recurve.backend.Precision;
import recurve.backend.Support;
import recurve.plugin.Catalog;
import recurve.plugin.PluginException;

/** Chooses what computes. */
final class Backends {
  static final String AUTO = "auto";

  // the fastest first; the last is always there
  private static final List<String> PREFERRED = List.of("amx", "vector", "onednn", "reference");

  // the fastest that every machine should have
  private static final String USUAL = "vector";

  private final Console console;
  private final Installed installed;

  @Inject
  Backends(Console console, Installed installed) {
    this.console = console;
    this.installed = installed;
  }

  /**
   * A backend to run on, and how.
   *
   * @param detail what the backend found of the machine
   */
  record Choice(Backend backend, String detail, int threads) {}

  /** What a command line asks for. */
  Choice choose(ParseResult given) {
    var asked = new ArrayList<Setting>();
    for (String flag : List.of(Flags.BACKEND, Flags.THREADS, Flags.PRECISION)) {
      Flags.text(given, flag).map(v -> Settings.line(Flags.name(flag), v)).ifPresent(asked::add);
    }
    return choose(Settings.of(asked));
  }

  /** What settings ask for. */
  Choice choose(Settings settings) {
    int threads = settings.count("threads").orElse(Runtime.getRuntime().availableProcessors());
    Precision precision = settings.get("precision").map(Backends::precision).orElse(Precision.F32);
    Optional<Setting> name = settings.get("backend").filter(s -> !s.text().equals(AUTO));
    return name.map(s -> named(s, precision, threads)).orElseGet(() -> auto(precision, threads));
  }

  private static Precision precision(Setting setting) {
    return Arrays.stream(Precision.values())
        .filter(p -> name(p).equals(setting.text()))
        .findFirst()
        .orElseThrow(
            () ->
                setting.problem(
                    "option precision is '" + setting.text() + "' but takes one of f32, bf16"));
  }

  private static String name(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  private Choice named(Setting setting, Precision precision, int threads) {
    Backend backend;
    try {
      backend = installed.backends().get(setting.text());
    } catch (PluginException e) {
      throw setting.problem(OneLine.of(e));
    }
    return switch (backend.support(precision)) {
      case Support.Available(String detail) -> new Choice(backend.in(precision), detail, threads);
      case Support.Absent(String reason) ->
          throw setting.problem("backend " + backend.name() + " cannot run here: " + reason);
    };
  }

  private Choice auto(Precision precision, int threads) {
    var absent = new ArrayList<String>();
    for (String name : PREFERRED) {
      Optional<Backend> backend = installed.backends().find(name).map(Catalog.Entry::plugin);
      if (backend.isEmpty()) continue;
      switch (backend.get().support(precision)) {
        case Support.Available(String detail) -> {
          return new Choice(backend.get().in(precision), detail, threads);
        }
        case Support.Absent(String reason) -> {
          absent.add(name + ": " + reason);
          if (precision == Precision.F32 && name.equals(USUAL)) {
            console.warn("backend " + name + " cannot run here, so a slower one does: " + reason);
          }
        }
      }
    }
    if (precision == Precision.F32) {
      throw new Failure(Exit.CONFIG, "no backend can run here. See recurve plugins.");
    }
    throw new Failure(
        Exit.CONFIG,
        "no backend computes in " + name(precision) + " here. " + String.join(" ", absent));
  }
}
