package recurve.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import recurve.backend.Backend;
import recurve.cell.Cell;
import recurve.task.Corpus;
import recurve.task.Task;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Trainer;

/**
 * Tokens a second of whole training steps of a language model: forward, backward, clipping by
 * global norm, SGD, dense softmax over 10,000 words, state carried, no dropout, random words.
 *
 * <p>{@code TrainingBench CONFIG [BACKEND] [THREADS] [SECONDS]} prints {@code recurve CONFIG
 * tokens_per_s median min max} over windows of one second, after 15 s of warm-up.
 */
public final class TrainingBench {
  private static final int WORDS = 10_000;
  private static final double WARM_UP = 15, WINDOW = 1;

  private static final Map<String, Map<String, String>> CONFIGS =
      Map.of(
          "small", config("lstm", 200, 20),
          "medium", config("lstm", 650, 35),
          "large", config("lstm", 1500, 35),
          "gru", config("gru", 650, 35),
          "peephole", config("peephole-lstm", 650, 35),
          "rhn", config("rhn", 650, 35));

  private TrainingBench() {}

  private static Map<String, String> config(String cell, int units, int bptt) {
    return Map.of("cell", cell, "units", "" + units, "bptt", "" + bptt);
  }

  /** Runs one configuration. */
  public static void main(String[] args) {
    String config = args.length > 0 ? args[0] : "small";
    String backend = args.length > 1 ? args[1] : "vector";
    int threads =
        args.length > 2 ? Integer.parseInt(args[2]) : Runtime.getRuntime().availableProcessors();
    double seconds = args.length > 3 ? Double.parseDouble(args[3]) : 15;
    Map<String, String> chosen = CONFIGS.get(config);
    if (chosen == null) {
      System.err.println("no configuration '" + config + "'; there are " + CONFIGS.keySet());
      System.exit(2);
      return;
    }
    Model model =
        Model.of(find(Task.class, Task::name, "lm"), n -> find(Cell.class, Cell::name, n))
            .with(chosen)
            .with(Map.of("layers", config.equals("rhn") ? "1" : "2", "batch", "20"))
            .with(Map.of("optimizer", "sgd", "learning_rate", "0.1", "clip_norm", "5"))
            .with("epochs", 1_000_000);
    if (config.equals("rhn")) model = model.with("depth", 2);
    var meter = new Meter(seconds);
    var trainer = new Trainer(model, find(Backend.class, Backend::name, backend), threads);
    meter.onEnd = trainer::stop;
    trainer.fit(text(), Optional.empty(), meter);
    System.out.printf(Locale.ROOT, "recurve-%s %s-t%d %s%n", backend, config, threads, meter);
  }

  private static <S> S find(
      Class<S> type, java.util.function.Function<S, String> name, String wanted) {
    return ServiceLoader.load(type).stream()
        .map(ServiceLoader.Provider::get)
        .filter(s -> name.apply(s).equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no '" + wanted + "' is installed"));
  }

  /** Every word once, then words at random: 40,000 in all. */
  private static Corpus text() {
    var random = new Random(1);
    List<String> lines = new ArrayList<>();
    for (int from = 0; from < WORDS - 2; from += 20) {
      int first = from;
      lines.add(
          IntStream.range(first, Math.min(WORDS - 2, first + 20))
              .mapToObj(i -> "w" + i)
              .collect(Collectors.joining(" ")));
    }
    for (int i = 0; i < 1500; i++) {
      lines.add(
          IntStream.range(0, 20)
              .mapToObj(j -> "w" + random.nextInt(WORDS - 2))
              .collect(Collectors.joining(" ")));
    }
    return Corpus.lines(lines);
  }

  /** Counts tokens in windows of a second once it is warm. */
  private static final class Meter implements Listener {
    private final double seconds;
    private final long start = System.nanoTime();
    private final List<Double> windows = new ArrayList<>();
    private Runnable onEnd = () -> {};
    private long since = start;
    private long tokens;

    Meter(double seconds) {
      this.seconds = seconds;
    }

    @Override
    public void step(Step step) {
      tokens += step.tokens();
      long now = System.nanoTime();
      if (now - since < WINDOW * 1e9) return;
      if (now - start > WARM_UP * 1e9) windows.add(tokens / ((now - since) / 1e9));
      since = now;
      tokens = 0;
      if (now - start > (WARM_UP + seconds) * 1e9) onEnd.run();
    }

    @Override
    public String toString() {
      double[] sorted = windows.stream().mapToDouble(v -> v).sorted().toArray();
      return String.format(
          Locale.ROOT,
          "tokens_per_s %.0f %.0f %.0f",
          sorted[sorted.length / 2],
          sorted[0],
          Arrays.stream(sorted).max().orElseThrow());
    }
  }
}
