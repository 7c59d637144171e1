package recurve.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import recurve.io.text.TextReader;
import recurve.io.text.WordSpace;

/** The usual tests of word vectors; words that have none are counted and left out. */
final class WordTests {
  private final WordSpace space;
  private final boolean lowercase;

  WordTests(WordSpace space, boolean lowercase) {
    this.space = space;
    this.lowercase = lowercase;
  }

  /**
   * Spearman's correlation of cosines with people's scores: lines of two words and a number,
   * between tabs, commas, semicolons or spaces; the first line may name the columns.
   */
  Map<String, Object> similarities(Path file) {
    var scores = new ArrayList<Double>();
    var cosines = new ArrayList<Double>();
    int missing = 0;
    try (TextReader in = TextReader.open(file)) {
      for (var line = in.next(); line.isPresent(); line = in.next()) {
        if (line.get().isBlank() || line.get().startsWith("#")) continue;
        List<String> fields = fields(line.get());
        boolean fits = fields.size() >= 3 && isNumber(fields.get(2));
        if (!fits && in.line() == 1) continue;
        if (!fits) throw in.problem(1, "'" + line.get() + "'; expected two words and a number.");
        if (!space.contains(fields.get(0)) || !space.contains(fields.get(1))) {
          missing++;
          continue;
        }
        scores.add(Double.valueOf(fields.get(2)));
        cosines.add(space.cosine(fields.get(0), fields.get(1)));
      }
    }
    var answer = new LinkedHashMap<String, Object>();
    answer.put("pairs", scores.size());
    answer.put("missing", missing);
    answer.put("spearman", WordSpace.spearman(scores, cosines));
    return answer;
  }

  /** How many analogies are right, by section: lines of four words, sections after a colon. */
  Map<String, Object> analogies(Path file) {
    var sections = new LinkedHashMap<String, int[]>(); // right, asked
    String section = "all";
    int missing = 0;
    try (TextReader in = TextReader.open(file)) {
      for (var line = in.next(); line.isPresent(); line = in.next()) {
        if (line.get().isBlank()) continue;
        if (line.get().startsWith(":")) {
          section = line.get().substring(1).strip();
          continue;
        }
        List<String> w = fields(line.get());
        if (w.size() != 4) throw in.problem(1, w.size() + " words; expected four, or ': section'.");
        if (!w.stream().allMatch(space::contains)) {
          missing++;
          continue;
        }
        int[] counts = sections.computeIfAbsent(section, s -> new int[2]);
        List<WordSpace.Near> said = space.analogy(w.get(0), w.get(1), w.get(2), 1);
        if (!said.isEmpty() && said.get(0).word().equals(w.get(3))) counts[0]++;
        counts[1]++;
      }
    }
    int right = sections.values().stream().mapToInt(c -> c[0]).sum();
    int asked = sections.values().stream().mapToInt(c -> c[1]).sum();
    var answer = new LinkedHashMap<String, Object>();
    sections.forEach((name, c) -> answer.put(name, 100.0 * c[0] / c[1]));
    answer.put("questions", asked);
    answer.put("missing", missing);
    answer.put("accuracy", asked == 0 ? 0.0 : 100.0 * right / asked);
    return answer;
  }

  private List<String> fields(String line) {
    String text = lowercase ? line.toLowerCase(Locale.ROOT) : line;
    String separator = text.indexOf('\t') >= 0 ? "\t" : text.matches(".*[,;].*") ? "[,;]" : "\\s+";
    var fields = new ArrayList<String>();
    for (String field : text.strip().split(separator)) fields.add(field.strip());
    return fields;
  }

  private static boolean isNumber(String text) {
    return text.matches("[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?");
  }
}
