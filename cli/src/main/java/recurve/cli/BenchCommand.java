package recurve.cli;

import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import recurve.measure.Peak;
import recurve.measure.Training;
import recurve.measure.Workload;
import recurve.option.Nearest;

/** {@code recurve bench}: how fast this machine trains models that others are timed on too. */
final class BenchCommand implements Command {
  private static final String SECONDS = "--seconds";
  private static final String WARM_UP = "--warm-up";
  private static final int STANDARD = 15;

  private final Console console;
  private final Installed installed;
  private final Backends backends;

  @Inject
  BenchCommand(Console console, Installed installed, Backends backends) {
    this.console = console;
    this.installed = installed;
    this.backends = backends;
  }

  @Override
  public String summary() {
    return "Times whole training steps, beside the most that the processor could compute.";
  }

  @Override
  public List<String> examples() {
    return List.of("recurve bench small", "recurve bench small tagger --warm-up 5 --seconds 5");
  }

  @Override
  public void declare(CommandSpec spec) {
    var names = new StringBuilder("which, all if none is named:");
    Workload.all().forEach((name, what) -> names.append(" ").append(name).append(","));
    names.setLength(names.length() - 1);
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("CONFIG")
            .description(Flags.plain(names.toString()))
            .build());
    Flags.addRunning(spec);
    spec.addOption(Flags.value("N", "seconds that count (" + STANDARD + ")", SECONDS));
    spec.addOption(Flags.value("N", "seconds of training before (" + STANDARD + ")", WARM_UP));
    spec.addOption(Flags.truth("a JSON object a line", Flags.JSON));
  }

  @Override
  public void run(ParseResult given) {
    List<String> asked = given.matchedPositionalValue(0, List.of());
    List<String> names = asked.isEmpty() ? List.copyOf(Workload.all().keySet()) : asked;
    for (String name : names) {
      if (!Workload.all().containsKey(name)) {
        throw Failure.usage(
            "no configuration '"
                + name
                + "'."
                + Nearest.hint(name, Workload.all().keySet())
                + " There are: "
                + String.join(", ", Workload.all().keySet())
                + ".");
      }
    }
    int warmUp = seconds(given, WARM_UP), seconds = seconds(given, SECONDS);
    Backends.Choice on = backends.choose(given);
    for (String name : names) {
      var workload = Workload.of(name, installed.tasks()::get, installed.cells()::get);
      double limit = Peak.gflops(on.threads());
      var training = new Training(workload, on.backend(), on.threads());
      boolean quiet = Flags.isSet(given, Flags.QUIET);
      Training.Rate rate =
          training.run(warmUp, seconds, (tokens, warm) -> window(name, tokens, warm, quiet));
      // whatever else the machine does slows it down, so the higher is the better estimate
      limit = Math.max(limit, Peak.gflops(on.threads()));
      print(name, rate, limit, on, Flags.isSet(given, Flags.JSON));
    }
  }

  private static int seconds(ParseResult given, String flag) {
    String name = Flags.name(flag);
    var setting = Flags.text(given, flag).map(v -> Settings.line(name, v)).stream().toList();
    return Settings.of(setting).count(name).orElse(STANDARD);
  }

  private void window(String name, double tokens, boolean warm, boolean quiet) {
    if (quiet) return;
    String state = warm ? "" : " (warming up)";
    console.err().println(String.format(Locale.ROOT, "%s %.0f tokens/s%s", name, tokens, state));
  }

  private void print(
      String name, Training.Rate rate, double limit, Backends.Choice on, boolean json) {
    double share = rate.shareOf(limit);
    if (!json) {
      console
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "recurve %s tokens_per_s %.0f %.0f %.0f share_of_limit %.3f"
                      + " limit_gflops %.1f threads %d first_step_s %.2f",
                  name,
                  rate.median(),
                  rate.least(),
                  rate.most(),
                  share,
                  limit,
                  on.threads(),
                  rate.firstStep()));
      return;
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("config", name);
    object.put("tokens_per_s", new ArrayList<>(List.of(rate.median(), rate.least(), rate.most())));
    object.put("share_of_limit", share);
    object.put("limit_gflops", limit);
    object.put("threads", on.threads());
    object.put("backend", on.backend().name());
    object.put("first_step_s", rate.firstStep());
    console.out().println(Json.line(object));
  }
}
