package recurve.cli;

import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParseResult;
import recurve.backend.Backend;
import recurve.backend.Support;
import recurve.plugin.Catalog;
import recurve.plugin.PluginException;

/** Chooses what computes. */
final class Backends {
  static final String AUTO = "auto";

  // the fastest first; the last is always there
  private static final List<String> PREFERRED = List.of("vector", "reference");

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
    Optional<Setting> name = Flags.text(given, Flags.BACKEND).map(v -> Settings.line("backend", v));
    Optional<Setting> n = Flags.text(given, Flags.THREADS).map(v -> Settings.line("threads", v));
    var both = new ArrayList<Setting>();
    name.ifPresent(both::add);
    n.ifPresent(both::add);
    return choose(Settings.of(both));
  }

  /** What settings ask for. */
  Choice choose(Settings settings) {
    int threads = settings.count("threads").orElse(Runtime.getRuntime().availableProcessors());
    Optional<Setting> name = settings.get("backend").filter(s -> !s.text().equals(AUTO));
    return name.map(s -> named(s, threads)).orElseGet(() -> auto(threads));
  }

  private Choice named(Setting setting, int threads) {
    Backend backend;
    try {
      backend = installed.backends().get(setting.text());
    } catch (PluginException e) {
      throw setting.problem(OneLine.of(e));
    }
    return switch (backend.support()) {
      case Support.Available(String detail) -> new Choice(backend, detail, threads);
      case Support.Absent(String reason) ->
          throw setting.problem("backend " + backend.name() + " cannot run here: " + reason);
    };
  }

  private Choice auto(int threads) {
    for (String name : PREFERRED) {
      Optional<Backend> backend = installed.backends().find(name).map(Catalog.Entry::plugin);
      if (backend.isEmpty()) continue;
      switch (backend.get().support()) {
        case Support.Available(String detail) -> {
          return new Choice(backend.get(), detail, threads);
        }
        case Support.Absent(String reason) ->
            console.warn("backend " + name + " cannot run here, so a slower one does: " + reason);
      }
    }
    throw new Failure(Exit.CONFIG, "no backend can run here. See recurve plugins.");
  }
}
