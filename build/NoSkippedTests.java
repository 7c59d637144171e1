import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Fails the build when a Surefire report holds a skipped test: a test that does not run proves
 * nothing.
 */
final class NoSkippedTests {
  private static final Pattern SKIPPED =
      Pattern.compile("<testcase name=\"([^\"]*)\"[^>]*>\\s*<skipped");

  private NoSkippedTests() {}

  public static void main(String[] args) throws IOException {
    Path reports = Path.of(args[0]);
    if (!Files.isDirectory(reports)) {
      return;
    }
    boolean skipped = false;
    List<Path> files;
    try (var found = Files.newDirectoryStream(reports, "TEST-*.xml")) {
      files = java.util.stream.StreamSupport.stream(found.spliterator(), false).sorted().toList();
    }
    for (Path file : files) {
      var test = SKIPPED.matcher(Files.readString(file));
      while (test.find()) {
        String type = file.getFileName().toString().replaceAll("^TEST-|\\.xml$", "");
        System.err.println(
            "skipped test: " + type + "." + test.group(1) + "; make it run or remove it");
        skipped = true;
      }
    }
    if (skipped) {
      System.exit(1);
    }
  }
}
