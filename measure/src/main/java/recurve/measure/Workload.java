package recurve.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import recurve.cell.Cell;
import recurve.task.Corpus;
import recurve.task.Task;
import recurve.train.Model;

/**
 * A model and a text to train it on.
 *
 * <p>All use plain SGD and clip the norm of all gradients, none drops anything out: the steps that
 * other frameworks are timed on. Words are random, since speed does not depend on them.
 *
 * @param name what {@code recurve bench} calls it
 * @param model of the whole
 * @param text to train on
 */
public record Workload(String name, Model model, Corpus text) {
  static final int WORDS = 10_000;

  // as published: Zaremba et al. 2014 without dropout; the others of the same width
  private static final Map<String, String> ABOUT = about();

  private static Map<String, String> about() {
    var all = new LinkedHashMap<String, String>();
    all.put("small", "language model, LSTM 2 x 200, 10,000 words, batch 20, 20 steps");
    all.put("medium", "language model, LSTM 2 x 650, 10,000 words, batch 20, 35 steps");
    all.put("large", "language model, LSTM 2 x 1500, 10,000 words, batch 20, 35 steps");
    all.put("gru", "language model, GRU 2 x 650, 10,000 words, batch 20, 35 steps");
    all.put("peephole", "language model, peephole LSTM 2 x 650, 10,000 words, batch 20, 35 steps");
    all.put("rhn", "language model, RHN 2 x 650 of depth 2, 10,000 words, batch 20, 35 steps");
    all.put("tagger", "BiLSTM 256, embedding 100, 20,000 words, 50 tags, batch 32, 40 steps");
    all.put("seq2seq", "BiGRU 256 to GRU 256 with attention, 8,000 words, batch 32, 20 steps");
    return all;
  }

  /** The names, and what each is. */
  public static Map<String, String> all() {
    return new LinkedHashMap<>(ABOUT);
  }

  /**
   * The workload of a name.
   *
   * @param tasks installed tasks by name
   * @param cells installed cells by name
   * @throws IllegalArgumentException if there is no such workload
   */
  public static Workload of(
      String name, Function<String, Task> tasks, Function<String, Cell> cells) {
    return switch (name) {
      case "small" -> language(name, tasks, cells, settings("lstm", 200, 20));
      case "medium" -> language(name, tasks, cells, settings("lstm", 650, 35));
      case "large" -> language(name, tasks, cells, settings("lstm", 1500, 35));
      case "gru" -> language(name, tasks, cells, settings("gru", 650, 35));
      case "peephole" -> language(name, tasks, cells, settings("peephole-lstm", 650, 35));
      case "rhn" -> {
        var settings = new LinkedHashMap<>(settings("rhn", 650, 35));
        settings.put("depth", "2");
        yield language(name, tasks, cells, settings);
      }
      case "tagger" -> tagger(name, tasks, cells);
      case "seq2seq" -> translation(name, cells);
      default -> throw new IllegalArgumentException("no workload '" + name + "'");
    };
  }

  /** The same with options of the model's set. */
  public Workload with(Map<String, String> own) {
    return new Workload(name, model.with(own), text);
  }

  private static Map<String, String> settings(String cell, int units, int bptt) {
    return Map.of(
        "cell", cell, "units", "" + units, "layers", "2", "batch", "20", "bptt", "" + bptt);
  }

  private static Model model(Task task, Function<String, Cell> cells, Map<String, String> own) {
    return Model.of(task, cells)
        .with(own)
        .with(Map.of("optimizer", "sgd", "learning_rate", "0.1", "clip_norm", "5"))
        .with("epochs", 1_000_000);
  }

  private static Workload language(
      String name,
      Function<String, Task> tasks,
      Function<String, Cell> cells,
      Map<String, String> settings) {
    Model model = model(tasks.apply("lm"), cells, settings);
    // two more symbols are the end of a line and the unknown word
    return new Workload(name, model, Corpus.lines(lines(WORDS - 2, 40_000, 20, i -> "w" + i)));
  }

  private static Workload tagger(
      String name, Function<String, Task> tasks, Function<String, Cell> cells) {
    int words = 20_000, tags = 50, length = 40;
    var settings = new LinkedHashMap<String, String>();
    settings.putAll(Map.of("cell", "lstm", "units", "256", "bidirectional", "true"));
    settings.putAll(Map.of("embedding", "100", "batch", "32", "scheme", "none"));
    var lines = new ArrayList<String>();
    var random = new Random(2);
    // one more word is the unknown one
    for (String sentence : lines(words - 1, 80_000, length, i -> "w" + i)) {
      for (String word : sentence.split(" ")) {
        int tag = lines.size() < 2 * tags ? lines.size() % tags : random.nextInt(tags);
        lines.add(word + "\tt" + tag);
      }
      lines.add("");
    }
    return new Workload(name, model(tasks.apply("tag"), cells, settings), Corpus.lines(lines));
  }

  private static Workload translation(String name, Function<String, Cell> cells) {
    var settings = Map.of("cell", "gru", "units", "256", "bidirectional", "true");
    return new Workload(name, model(new Translation(), cells, settings), Corpus.lines(List.of()));
  }

  /** Lines of full length: every word at least once, then words at random. */
  private static List<String> lines(int words, int all, int length, IntFunction<String> word) {
    var random = new Random(1);
    var lines = new ArrayList<String>();
    for (int from = 0; from < all; from += length) {
      lines.add(
          IntStream.range(from, from + length)
              .mapToObj(i -> word.apply(i < words ? i : random.nextInt(words)))
              .collect(Collectors.joining(" ")));
    }
    return lines;
  }
}
