package recurve.cli;

import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import recurve.io.text.WordSpace;
import recurve.option.Nearest;

/** {@code recurve embeddings}: what word vectors, of a file or of a trained model, have learnt. */
final class EmbeddingsCommand implements Command {
  private static final String DATA = "--data";
  private static final String TOP = "--top";
  private static final String TABLE = "--table";
  private static final String LOWERCASE = "--lowercase";

  private final Console console;
  private final WordTables tables;

  @Inject
  EmbeddingsCommand(Console console, WordTables tables) {
    this.console = console;
    this.tables = tables;
  }

  @Override
  public String summary() {
    return "Compares word vectors by their cosine: nearest words, analogies, similarity.";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "recurve embeddings nearest model government --top 5",
        "recurve embeddings analogy glove.txt man king woman",
        "recurve embeddings analogy glove.txt --data questions-words.txt --lowercase",
        "recurve embeddings similarity model peace war",
        "recurve embeddings similarity glove.txt --data wordsim353.txt");
  }

  @Override
  public void declare(CommandSpec spec) {
    spec.addPositional(
        Flags.positions(
            "ACTION VECTORS [WORD...]",
            2,
            "nearest, analogy or similarity; a file of vectors (word2vec text or binary, GloVe,"
                + " .vec) or a model's folder; words"));
    spec.addOption(
        Flags.value("FILE", "analogy: four words a line; similarity: two and a score", DATA));
    spec.addOption(Flags.value("N", "how many words to show (10)", TOP));
    spec.addOption(Flags.value("NAME", "of a model with several tables, which", TABLE));
    spec.addOption(Flags.truth("look words up in lower case", LOWERCASE));
    spec.addOption(Flags.truth("one JSON object", Flags.JSON));
  }

  @Override
  public void run(ParseResult given) {
    List<String> args = Flags.positions(given);
    String action = args.get(0);
    Optional<Path> data = Flags.text(given, DATA).map(Flags::path);
    boolean lower = Flags.isSet(given, LOWERCASE);
    List<String> words =
        args.subList(2, args.size()).stream()
            .map(w -> lower ? w.toLowerCase(Locale.ROOT) : w)
            .toList();
    switch (action) {
      case "nearest" -> expect(action, words, 1, data.isPresent());
      case "analogy" -> expect(action, words, data.isPresent() ? 0 : 3, false);
      case "similarity" -> expect(action, words, data.isPresent() ? 0 : 2, false);
      default -> throw unknown(action);
    }
    int top = top(given);
    WordSpace space = tables.read(Flags.path(args.get(1)), Flags.text(given, TABLE));
    words.forEach(word -> known(space, word));
    Map<String, Object> answer =
        switch (action) {
          case "nearest" -> near(space.nearest(words.get(0), top));
          case "analogy" ->
              data.isPresent()
                  ? new WordTests(space, lower).analogies(data.get())
                  : near(space.analogy(words.get(0), words.get(1), words.get(2), top));
          default -> // similarity: other actions were refused above
              data.isPresent()
                  ? new WordTests(space, lower).similarities(data.get())
                  : Map.of("cosine", space.cosine(words.get(0), words.get(1)));
        };
    print(answer, Flags.isSet(given, Flags.JSON));
  }

  private static void expect(String action, List<String> words, int count, boolean data) {
    if (data) throw Failure.usage(action + " takes a word and no " + DATA);
    if (words.size() == count) return;
    throw Failure.usage(
        action
            + " takes "
            + switch (count) {
              case 0 -> "no words beside " + DATA;
              case 1 -> "one word";
              case 2 -> "two words, or " + DATA + " FILE";
              default -> "three words, or " + DATA + " FILE";
            }
            + "; there are "
            + words.size()
            + ".");
  }

  private static Failure unknown(String action) {
    return Failure.usage(
        "no action '"
            + action
            + "'."
            + Nearest.hint(action, List.of("nearest", "analogy", "similarity")));
  }

  private static int top(ParseResult given) {
    String text = Flags.text(given, TOP).orElse("10");
    if (text.matches("[1-9][0-9]{0,6}")) return Integer.parseInt(text);
    throw Failure.usage(TOP + " is '" + text + "' but takes a whole number of at least 1.");
  }

  private static void known(WordSpace space, String word) {
    if (space.contains(word)) return;
    throw Failure.usage("no vector of '" + word + "'." + Nearest.hint(word, space.words()));
  }

  private static Map<String, Object> near(List<WordSpace.Near> words) {
    var answer = new LinkedHashMap<String, Object>();
    for (WordSpace.Near near : words) answer.put(near.word(), near.cosine());
    return answer;
  }

  private void print(Map<String, Object> answer, boolean json) {
    if (json) {
      console.out().println(Json.line(answer));
      return;
    }
    var lines = new ArrayList<String>();
    answer.forEach((name, value) -> lines.add(name + "\t" + text(value)));
    lines.forEach(console.out()::println);
  }

  private static String text(Object value) {
    return value instanceof Double d ? String.format(Locale.ROOT, "%.4f", d) : value.toString();
  }
}
