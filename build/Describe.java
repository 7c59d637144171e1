import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;

/**
 * Holds a jar's {@code jar --describe-module} against the golden text in {@code build/modules}, so
 * that what a module exports, requires and provides changes only where a diff shows it.
 */
final class Describe {
  private Describe() {}

  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Path goldens = Path.of(args[1]);
    String mode = args[2];
    if (!Files.exists(jar)) {
      return;
    }
    var out = new StringWriter();
    var print = new PrintWriter(out);
    ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
    tool.run(print, print, "--describe-module", "--file", jar.toString());
    print.flush();
    if (!out.toString().startsWith("recurve.")) {
      return; // bench has no module of ours
    }
    String name = out.toString().split("[@ ]", 2)[0];
    // the first line tells version and place
    String now =
        name
            + "\n"
            + out.toString()
                .lines()
                .skip(1)
                .filter(line -> !line.isBlank())
                .collect(Collectors.joining("\n", "", "\n"));
    Path golden = goldens.resolve(name + ".txt");
    String before = Files.exists(golden) ? Files.readString(golden) : "";
    if (now.equals(before)) {
      return;
    }
    if (mode.equals("write")) {
      Files.createDirectories(goldens);
      Files.writeString(golden, now);
      return;
    }
    System.err.println(
        "module "
            + name
            + " is described by\n"
            + now.indent(2)
            + "but build/modules/"
            + name
            + ".txt says\n"
            + before.indent(2));
    System.err.println("If that is meant, run: mvn -q verify -DskipTests -Dgolden=write");
    System.exit(mode.equals("check") ? 1 : 0);
  }
}
