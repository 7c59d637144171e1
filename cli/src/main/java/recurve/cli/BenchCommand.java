package recurve.cli;

import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import recurve.backend.WeightType;
import recurve.cell.Encoder;
import recurve.io.checkpoint.ModelFolder;
import recurve.measure.Endurance;
import recurve.measure.Inference;
import recurve.measure.Training;
import recurve.measure.Workload;
import recurve.option.Nearest;

/** {@code recurve bench}: how fast this machine trains and runs models that others are timed on. */
final class BenchCommand implements Command {
  private static final String SECONDS = "--seconds";
  private static final String WARM_UP = "--warm-up";
  private static final String MINUTES = "--minutes";
  private static final String CELL = "--cell";
  private static final String SAVE = "--save";
  private static final String TURNS = "--turns";
  private static final int STANDARD = 15;
  private static final double MINUTE = 60; // seconds

  private final Console console;
  private final Installed installed;
  private final Backends backends;

  @Inject
  BenchCommand(Console console, Installed installed, Backends backends) {
    this.console = console;
    this.installed = installed;
    this.backends = backends;
  }

  /** What is asked for. */
  private record Asked(
      int warmUp,
      int seconds,
      Map<String, String> own,
      Optional<Path> save,
      Backends.Choice on,
      WeightType weights,
      boolean turns,
      boolean quiet,
      boolean json) {}

  @Override
  public String summary() {
    return "Times training and running, beside the most that the processor could compute.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve bench small",
        "recurve bench small tagger --warm-up 5 --seconds 5",
        "recurve bench generate score --threads 1",
        "recurve bench medium --cell gru",
        "recurve bench small --minutes 20");
  }

  private static Map<String, String> all() {
    Map<String, String> all = Workload.all();
    all.putAll(Inference.all());
    return all;
  }

  @Override
  public void declare(CommandSpec spec) {
    var names = new StringBuilder("which, all if none is named:");
    all()
        .forEach(
            (name, what) -> names.append(" ").append(name).append(" (").append(what).append("),"));
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
    Flags.addWeights(spec);
    spec.addOption(Flags.value("N", "seconds that count (" + STANDARD + ")", SECONDS));
    spec.addOption(Flags.value("N", "seconds before those (" + STANDARD + ")", WARM_UP));
    spec.addOption(
        Flags.value("N", "train so long; each minute tell speed, allocation, memory", MINUTES));
    spec.addOption(Flags.value("NAME", "another cell in the place of the configuration's", CELL));
    spec.addOption(
        Flags.value("DIR", "keep the model, of random weights, that is run and not trained", SAVE));
    spec.addOption(
        Flags.truth("wait for a line of input before each second, tell its rate after", TURNS));
    spec.addOption(Flags.truth("a JSON object a line", Flags.JSON));
  }

  @Override
  public void run(ParseResult given) {
    List<String> named = given.matchedPositionalValue(0, List.of());
    List<String> names = named.isEmpty() ? List.copyOf(all().keySet()) : named;
    for (String name : names) {
      if (!all().containsKey(name)) throw unknown(name);
    }
    var asked =
        new Asked(
            count(given, WARM_UP).orElse(STANDARD),
            count(given, SECONDS).orElse(STANDARD),
            Flags.text(given, CELL).map(c -> Map.of(Encoder.CELL.name(), c)).orElse(Map.of()),
            Flags.text(given, SAVE).map(Flags::path),
            backends.choose(given),
            Flags.weights(given),
            Flags.isSet(given, TURNS),
            Flags.isSet(given, Flags.QUIET),
            Flags.isSet(given, Flags.JSON));
    Optional<Integer> minutes = count(given, MINUTES);
    for (String name : names) {
      if (minutes.isPresent()) endure(name, minutes.get(), asked);
      else time(name, asked);
    }
  }

  private static Failure unknown(String name) {
    return Failure.usage(
        "no configuration '" + name + "'." + Nearest.listing(name, all().keySet()));
  }

  private static Optional<Integer> count(ParseResult given, String flag) {
    String name = Flags.name(flag);
    var setting = Flags.text(given, flag).map(v -> Settings.line(name, v)).stream().toList();
    return Settings.of(setting).count(name);
  }

  private Workload workload(String name, Asked asked) {
    return Workload.of(name, installed.tasks()::get, installed.cells()::get).with(asked.own());
  }

  private void time(String name, Asked asked) {
    int threads = asked.on().threads();
    if (!Inference.all().containsKey(name)) refuseForTraining(name, asked);
    Training.Watch watch = asked.turns() ? new Turns(name) : told(name, asked.quiet());
    Training.Rate rate =
        Inference.all().containsKey(name)
            ? inference(name, asked, watch)
            : new Training(workload(name, asked), asked.on().backend(), threads)
                .run(asked.warmUp(), asked.seconds(), watch);
    print(name, rate, asked);
  }

  private static void refuseForTraining(String name, Asked asked) {
    if (asked.weights() != WeightType.F32) {
      throw Failure.usage(
          Flags.WEIGHTS
              + " is for models that are run; '"
              + name
              + "' is trained, on weights as f32. Leave it out, or name generate or score.");
    }
    if (asked.save().isPresent()) {
      throw Failure.usage(SAVE + " is for generate and score; '" + name + "' is another.");
    }
  }

  private Training.Rate inference(String name, Asked asked, Training.Watch watch) {
    var inference = Inference.of(name, installed.tasks()::get, installed.cells()::get, asked.own());
    asked.save().ifPresent(path -> save(inference, path));
    return inference.run(
        asked.on().backend(),
        asked.on().threads(),
        asked.weights(),
        asked.warmUp(),
        asked.seconds(),
        watch);
  }

  private static void save(Inference inference, Path path) {
    try (ModelFolder folder = ModelFolder.create(path)) {
      folder.commit(inference.trained().snapshot());
    }
  }

  private Training.Watch told(String name, boolean quiet) {
    return (tokens, share, warm) -> {
      if (quiet) return;
      String state = warm ? "" : " (warming up)";
      console.err().println(format("%s %.0f tokens/s%s", name, tokens, state));
    };
  }

  /** Waits to be told that it is this program's turn, and tells what it did in it. */
  private final class Turns implements Training.Watch {
    private final String name;

    Turns(String name) {
      this.name = name;
    }

    @Override
    public void begin() {
      try {
        while (console.in().read() > '\n') {}
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void end(double tokens, double share, boolean warm) {
      console.out().println(format("turn %s %.1f %.4f", name, tokens, share));
      console.out().flush();
    }
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }

  private void print(String name, Training.Rate rate, Asked asked) {
    if (!asked.json()) {
      console
          .out()
          .println(
              format(
                  "recurve %s tokens_per_s %.0f %.0f %.0f share_of_limit %.3f"
                      + " limit_gflops %.1f threads %d first_step_s %.2f",
                  name,
                  rate.median(),
                  rate.least(),
                  rate.most(),
                  rate.share(),
                  rate.limit(),
                  asked.on().threads(),
                  rate.firstStep()));
      return;
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("config", name);
    object.put("tokens_per_s", List.of(rate.median(), rate.least(), rate.most()));
    object.put("share_of_limit", rate.share());
    object.put("limit_gflops", rate.limit());
    object.put("threads", asked.on().threads());
    object.put("backend", asked.on().backend().name());
    object.put("first_step_s", rate.firstStep());
    console.out().println(Json.line(object));
  }

  private void endure(String name, int minutes, Asked asked) {
    if (Inference.all().containsKey(name)) {
      throw Failure.usage(
          MINUTES + " is for training, and '" + name + "' is not trained. Name another.");
    }
    new Endurance(workload(name, asked), asked.on().backend(), asked.on().threads(), MINUTE)
        .run(minutes, interval -> print(name, interval, asked));
  }

  private void print(String name, Endurance.Interval i, Asked asked) {
    if (asked.json()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("config", name);
      object.put("minute", i.number());
      object.put("tokens_per_s", i.tokensPerSecond());
      object.put("allocated_bytes_per_step", i.bytesPerStep());
      object.put("collections", i.collections());
      i.resident().ifPresent(bytes -> object.put("resident_bytes", bytes));
      console.out().println(Json.line(object));
      return;
    }
    String resident =
        i.resident().isEmpty() ? "" : format(" resident_mb %.0f", i.resident().getAsLong() / 1e6);
    console
        .out()
        .println(
            format(
                "recurve %s minute %d tokens_per_s %.0f allocated_bytes_per_step %.0f"
                    + " collections %d%s",
                name,
                i.number(),
                i.tokensPerSecond(),
                i.bytesPerStep(),
                i.collections(),
                resident));
  }
}
