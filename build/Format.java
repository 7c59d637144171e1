import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Runs google-java-format over every Java file below a folder, for {@code mvn verify} ({@code
 * check}) and {@code mvn -N verify -Dformat=write}.
 *
 * <p>It is a program of its own because the formatter parses with the javac of the JVM it runs in,
 * and Maven's may be older than our syntax.
 */
final class Format {
  private static final Set<String> NOT_OURS = Set.of("target", ".git", "lib", "node_modules");

  private Format() {}

  public static void main(String[] args) throws IOException {
    boolean write = args[0].equals("write");
    Path root = Path.of(args[1]).toAbsolutePath().normalize();
    var formatter = new Formatter();
    var wrong = new ConcurrentSkipListSet<String>();
    sources(root).parallelStream()
        .forEach(
            file -> {
              String name = root.relativize(file).toString();
              try {
                String before = Files.readString(file);
                String after = formatter.formatSourceAndFixImports(before);
                if (!after.equals(before)) {
                  if (write) {
                    Files.writeString(file, after);
                  }
                  wrong.add(name);
                }
              } catch (FormatterException e) {
                wrong.add(name + ": " + e.getMessage());
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    wrong.forEach(name -> System.err.println((write ? "formatted " : "not formatted: ") + name));
    if (!write && !wrong.isEmpty()) {
      System.err.println("Run: mvn -q -N verify -Dformat=write");
      System.exit(args[0].equals("check") ? 1 : 0);
    }
  }

  private static List<Path> sources(Path root) throws IOException {
    var files = new ArrayList<Path>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return NOT_OURS.contains(dir.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
