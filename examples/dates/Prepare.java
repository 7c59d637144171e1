import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Makes train.tsv, valid.tsv and test.tsv: dates as people of several languages write them, by the
 * locale data of the JDK, and the same dates as ISO 8601 has them.
 *
 * <pre>
 *   java examples/dates/Prepare.java examples/dates
 * </pre>
 */
final class Prepare {
  private static final int TRAIN = 6000, VALID = 300, TEST = 500;
  private static final List<Locale> LOCALES =
      List.of(Locale.UK, Locale.US, Locale.GERMANY, Locale.FRANCE, Locale.of("es", "ES"));

  private Prepare() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args.length > 0 ? args[0] : ".");
    var random = new Random(1987);
    var lines = new LinkedHashSet<String>(); // none is in two files, or twice in one
    while (lines.size() < TRAIN + VALID + TEST) lines.add(line(random));
    List<String> all = new ArrayList<>(lines);
    Files.write(folder.resolve("train.tsv"), all.subList(0, TRAIN));
    Files.write(folder.resolve("valid.tsv"), all.subList(TRAIN, TRAIN + VALID));
    Files.write(folder.resolve("test.tsv"), all.subList(TRAIN + VALID, all.size()));
  }

  private static String line(Random random) {
    // two digits of a year are those of one from 1950 to 2049
    LocalDate date = LocalDate.of(1950, 1, 1).plusDays(random.nextInt(36_525));
    Locale locale = LOCALES.get(random.nextInt(LOCALES.size()));
    String text = format(random.nextInt(6)).withLocale(locale).format(date);
    return text.replaceAll("[\\s\\h]+", " ") + "\t" + date;
  }

  private static DateTimeFormatter format(int form) {
    return switch (form) {
      case 0 -> DateTimeFormatter.ofLocalizedDate(FormatStyle.FULL);
      case 1 -> DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG);
      case 2 -> DateTimeFormatter.ofPattern("EEEE, d MMM yy");
      case 3 -> DateTimeFormatter.ofPattern("d MMMM yyyy");
      case 4 -> DateTimeFormatter.ofPattern("EEE d MMM yyyy");
      default -> DateTimeFormatter.ofPattern("d MMM yy");
    };
  }
}
