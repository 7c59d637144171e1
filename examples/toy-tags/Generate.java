import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes a tagged language from a small grammar; see README.md.
 *
 * <p>A word's tag cannot be told from the word alone: {@code light} is a noun, an adjective or a
 * verb, {@code Paris} a place or a person, and names are made of syllables, so that most of those
 * in the test were never seen.
 */
final class Generate {
  private static final List<String> DETERMINERS = List.of("the", "a", "this", "every", "no");
  private static final List<String> ADJECTIVES =
      List.of("old", "light", "cold", "quick", "open", "clear", "kind", "small");
  private static final List<String> NOUNS =
      List.of("light", "watch", "cold", "plant", "saw", "answer", "guard", "box", "river", "story");
  private static final List<String> VERBS =
      List.of("watch", "plant", "saw", "answer", "guard", "light", "open", "clear", "found");
  private static final List<String> PREPOSITIONS = List.of("in", "near", "behind", "from", "to");
  private static final List<String> ONSETS =
      List.of("b", "br", "d", "f", "g", "gr", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v");
  private static final List<String> VOWELS = List.of("a", "e", "i", "o", "u", "ai", "ou");
  private static final List<String> PLACES = List.of("ville", "stad", "mouth", "ford", "burg");
  private static final List<String> FIRMS = List.of("Works", "Brothers", "Bank", "Trust");

  private final SplittableRandom random;
  private final List<String> lines = new ArrayList<>();

  private Generate(long seed) {
    this.random = new SplittableRandom(seed);
  }

  public static void main(String[] args) throws IOException {
    Path out = Path.of(args[0]);
    Files.write(out.resolve("train.txt"), new Generate(1).sentences(1200));
    Files.write(out.resolve("valid.txt"), new Generate(2).sentences(200));
    Files.write(out.resolve("test.txt"), new Generate(3).sentences(400));
  }

  private List<String> sentences(int count) {
    for (int i = 0; i < count; i++) {
      clause();
      if (chance(0.25)) {
        word("and", "CCONJ", "O");
        clause();
      }
      word(".", "PUNCT", "O");
      lines.add("");
    }
    return lines;
  }

  private void clause() {
    subject();
    word(one(VERBS), "VERB", "O");
    if (chance(0.8)) object();
    if (chance(0.5)) {
      word(one(PREPOSITIONS), "ADP", "O");
      if (chance(0.5)) place();
      else object();
    }
  }

  private void subject() {
    if (chance(0.4)) person();
    else if (chance(0.3)) firm();
    else object();
  }

  private void object() {
    word(one(DETERMINERS), "DET", "O");
    for (double more = 0.5; chance(more); more /= 2) word(one(ADJECTIVES), "ADJ", "O");
    word(one(NOUNS), "NOUN", "O");
  }

  private void person() {
    boolean titled = chance(0.3);
    if (titled) word(one(List.of("Dr", "Captain")), "NOUN", "O");
    word(name(""), "PROPN", "B-PER");
    if (chance(0.6)) word(name(""), "PROPN", "I-PER");
  }

  /** A place may bear a person's name; what stands before it tells. */
  private void place() {
    if (chance(0.2)) word(one(List.of("New", "Old")), "PROPN", "B-LOC", name(chosen()), "I-LOC");
    else word(name(chosen()), "PROPN", "B-LOC");
  }

  private String chosen() {
    return chance(0.7) ? one(PLACES) : "";
  }

  private void firm() {
    word(name(""), "PROPN", "B-ORG", one(FIRMS), "I-ORG");
  }

  private String name(String ending) {
    var name = new StringBuilder();
    for (int n = 1 + random.nextInt(2); n >= 0; n--) name.append(one(ONSETS)).append(one(VOWELS));
    name.append(ending.isEmpty() ? one(List.of("n", "r", "s", "l", "")) : ending);
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  private void word(String form, String part, String span, String second, String secondSpan) {
    word(form, part, span);
    word(second, part, secondSpan);
  }

  private void word(String form, String part, String span) {
    lines.add(form + " " + part + " " + span);
  }

  private String one(List<String> all) {
    return all.get(random.nextInt(all.size()));
  }

  private boolean chance(double p) {
    return random.nextDouble() < p;
  }
}
