import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Makes a classification set from the locale data of the JDK: what countries and languages are
 * called in eighteen languages; see README.md.
 */
final class Generate {
  private static final List<String> LANGUAGES =
      List.of(
          "cs", "da", "de", "en", "es", "et", "fi", "fr", "hu", "id", "it", "lv", "nl", "pl", "pt",
          "sv", "tr", "vi");

  private Generate() {}

  public static void main(String[] args) throws IOException {
    Map<String, Set<String>> languagesOf = new TreeMap<>();
    for (String language : LANGUAGES) {
      Locale in = Locale.forLanguageTag(language);
      for (String name : names(in)) {
        languagesOf.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(language);
      }
    }
    var lines = new ArrayList<String>();
    // a name that two languages share has no one label
    languagesOf.forEach(
        (name, languages) -> {
          if (languages.size() == 1) lines.add(languages.iterator().next() + "\t" + name);
        });
    shuffle(lines);
    Path out = Path.of(args[0]);
    int tenth = lines.size() / 10;
    Files.write(out.resolve("valid.tsv"), lines.subList(0, tenth));
    Files.write(out.resolve("test.tsv"), lines.subList(tenth, 2 * tenth));
    Files.write(out.resolve("train.tsv"), lines.subList(2 * tenth, lines.size()));
  }

  private static Set<String> names(Locale in) {
    var names = new LinkedHashSet<String>();
    for (String country : Locale.getISOCountries()) {
      String name = Locale.of("", country).getDisplayCountry(in);
      if (!name.equals(country)) names.add(name);
    }
    for (String language : Locale.getISOLanguages()) {
      String name = Locale.of(language).getDisplayLanguage(in);
      if (!name.equals(language)) names.add(name);
    }
    return names;
  }

  private static void shuffle(List<String> lines) {
    var random = new SplittableRandom(1);
    for (int i = lines.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      String swap = lines.get(i);
      lines.set(i, lines.get(j));
      lines.set(j, swap);
    }
  }
}
