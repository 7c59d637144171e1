package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.backend.Backend;
import recurve.io.checkpoint.ModelFolder;
import recurve.plugin.Catalog;
import recurve.task.Corpus;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Trained;
import recurve.train.Trainer;

/** What README.md shows is compiled somewhere, and does what it says. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("recurve.root"));

  /** The program of the README, on a little of the sample. */
  @Test
  void trainsFromJava(@TempDir Path folderOfTest) throws IOException {
    Path path = folderOfTest.resolve("model");
    Path train = part(folderOfTest, "train.txt", 300);
    Path valid = part(folderOfTest, "valid.txt", 50);
    Model model = Model.of("lm").with("cell", "gru").with("units", 32).with("epochs", 2);
    Backend backend = Catalog.load(Backend.class).get("vector");
    try (Trainer trainer = new Trainer(model, backend, 2);
        ModelFolder folder = ModelFolder.create(path)) {
      Trained lm =
          trainer.fit(Corpus.text(train), Optional.of(Corpus.text(valid)), Listener.SILENT);
      folder.commit(lm.snapshot());
      System.out.println(lm.evaluate(Corpus.text(valid), backend, 2));
    }
    assertEquals("lm", ModelFolder.read(path).task());
  }

  @Test
  void showsOnlyCodeThatIsCompiled() throws IOException {
    String compiled;
    try (Stream<Path> files =
        Stream.concat(Files.walk(ROOT.resolve("examples")), Files.walk(ROOT.resolve("cli/src")))) {
      compiled =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(ReadmeTest::read)
              .map(ReadmeTest::bare)
              .collect(Collectors.joining("\n"));
    }
    List<String> blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(read(ROOT.resolve("README.md")))
            .results()
            .map(block -> block.group(1))
            .toList();
    assertFalse(blocks.isEmpty());
    for (String block : blocks) {
      assertTrue(compiled.contains(bare(block)), () -> "not in any source: " + block);
    }
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    Pattern link = Pattern.compile("\\]\\(([^):#]+)\\)");
    var pages =
        new ArrayList<>(List.of("README.md", "CONTRIBUTING.md", "docs/decisions/README.md"));
    pages.addAll(List.of("docs/tagging.md", "docs/classification.md", "docs/embeddings.md"));
    for (String page : pages) {
      Path file = ROOT.resolve(page);
      link.matcher(read(file))
          .results()
          .map(found -> file.resolveSibling(found.group(1)))
          .forEach(target -> assertTrue(Files.exists(target), () -> page + ": no " + target));
    }
  }

  private static Path part(Path folder, String name, int lines) throws IOException {
    try (Stream<String> all = Files.lines(ROOT.resolve("examples/sample").resolve(name))) {
      return Files.write(folder.resolve(name), all.limit(lines).toList());
    }
  }

  /** Code without its white space, so that a block fits at any depth and line length. */
  private static String bare(String code) {
    return code.replaceAll("\\s+", "");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
