package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cells in jars of a folder, as a stranger would make them: compiled and packed here. */
class PluginFolderTest {
  private static final String CELL =
      """
      package acme.%2$s;

      import static recurve.ir.Ops.*;

      import recurve.cell.*;
      import recurve.ir.Value;

      public final class Unit implements Cell {
        public Unit() { %3$s }

        @Override public String name() { return "%1$s"; }

        @Override public Next step(Step s) {
          Value x = s.input(), h = s.state("h");
          Value f = sigmoid(s.affine("f", x, h));
          Value candidate = tanh(s.affine("h", x, f.times(h)));
          Value hNext = f.oneMinus().times(h).plus(f.times(candidate));
          return Next.output(hNext).with("h", hNext);
        }
      }
      """;

  @TempDir Path dir;
  private Path plugins;

  @BeforeEach
  void aFolder() throws IOException {
    plugins = Files.createDirectory(dir.resolve("plugins"));
  }

  /** A jar that provides a cell of a name; its constructor does something. */
  private void jar(String cell, String module, String constructor) throws IOException {
    String source = CELL.formatted(cell, module, constructor);
    Path classes = Files.createDirectories(dir.resolve("classes-" + module));
    Path file = Files.writeString(classes.resolve("Unit.java"), source);
    String path =
        Stream.of("java.class.path", "jdk.module.path")
            .flatMap(p -> Optional.ofNullable(System.getProperty(p)).stream())
            .collect(Collectors.joining(File.pathSeparator));
    int failed =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "-proc:none",
                "-nowarn",
                "-cp",
                path,
                "-d",
                classes.toString(),
                file.toString());
    assertEquals(0, failed);
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(new Attributes.Name("Automatic-Module-Name"), "acme." + module);
    String unit = "acme/" + module + "/Unit.class";
    try (var out =
        new JarOutputStream(Files.newOutputStream(plugins.resolve(module + ".jar")), manifest)) {
      out.putNextEntry(new JarEntry(unit));
      out.write(Files.readAllBytes(classes.resolve(unit)));
      out.putNextEntry(new JarEntry("META-INF/services/recurve.cell.Cell"));
      out.write(("acme." + module + ".Unit\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void aCellFromAJarTrainsLikeAnyOther() throws IOException {
    jar("mgu", "gated", "");
    Path text = Cli.text(dir.resolve("text.txt"), 20, 1);
    Path model = dir.resolve("model");
    String[] own = {"--cell", "mgu", "--epochs", "1", "--plugins", plugins.toString()};
    Cli.train(text, model, own).fine();
    String[] use = {"evaluate", model.toString(), "--data", text.toString()};
    Cli.run(Stream.concat(Stream.of(use), Stream.of("--plugins=" + plugins)).toArray(String[]::new))
        .fine();
    Cli without = Cli.run(use);
    assertEquals(65, without.code());
    assertTrue(
        without.err().startsWith(model + ": the model cannot be rebuilt: no cell named 'mgu'."),
        without.err());
    assertTrue(without.err().contains("--plugins"), without.err());
  }

  @Test
  void twoCellsOfOneName() throws IOException {
    jar("mgu", "one", "");
    jar("mgu", "two", "");
    Cli run = Cli.run("plugins", "--plugins", plugins.toString());
    assertEquals(2, run.code());
    assertEquals(1, run.err().lines().count());
    for (String part : List.of("cell 'mgu'", "acme.one.Unit", "acme.two.Unit")) {
      assertTrue(run.err().contains(part), run.err());
    }
  }

  @Test
  void aCellThatDoesNotLoadLeavesTheOthers() throws IOException {
    jar("broken", "broken", "throw new IllegalStateException(\"no licence\");");
    jar("mgu", "gated", "");
    Cli run = Cli.run("plugins", "--plugins", plugins.toString());
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("  mgu  (acme.gated)"), run.out());
    assertTrue(run.out().contains("  lstm  ("), run.out());
    assertTrue(
        run.err().startsWith("recurve: a plugin does not load and is left out: acme.broken: "),
        run.err());
    assertTrue(run.err().contains("no licence"), run.err());
    assertEquals(1, run.err().lines().count());
  }

  @Test
  void aCellThatWasBuiltAgainstSomethingElse() {
    Complaint told = Complaint.of(new NoSuchMethodError("Step.affine"));
    assertEquals(Exit.CONFIG, told.exit());
    assertEquals(
        "recurve: a plugin does not fit this version: java.lang.NoSuchMethodError: Step.affine."
            + " Build it against this version, or leave it out.",
        told.line());
  }

  @Test
  void aFileThatIsNoJar() throws IOException {
    Files.writeString(plugins.resolve("text.jar"), "not a jar");
    Cli run = Cli.run("plugins", "--plugins", plugins.toString());
    assertEquals(2, run.code());
    assertTrue(run.err().startsWith("recurve: " + plugins.resolve("text.jar") + ": not a jar"));
  }
}
