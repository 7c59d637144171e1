package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Precision;
import recurve.backend.Reference;
import recurve.backend.Support;
import recurve.cell.Cell;
import recurve.ir.Graph;
import recurve.plugin.Catalog;
import recurve.task.Subwords;
import recurve.task.Task;

/** A machine on which the fast backend cannot run. */
class BackendsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console =
      new Console(InputStream.nullInputStream(), print(out), print(err), false);

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static Backend absent() {
    return new Backend() {
      @Override
      public String name() {
        return "vector";
      }

      @Override
      public Support support() {
        return new Support.Absent("it lacks a wheel; bring one");
      }

      @Override
      public Executable compile(Graph graph, CompileOptions options) {
        throw new IllegalStateException("not here");
      }
    };
  }

  private record Halves(Precision precision) implements Backend {
    @Override
    public String name() {
      return "onednn";
    }

    @Override
    public Support support() {
      return new Support.Available("both precisions");
    }

    @Override
    public Support support(Precision asked) {
      return support();
    }

    @Override
    public Backend in(Precision asked) {
      return new Halves(asked);
    }

    @Override
    public Executable compile(Graph graph, CompileOptions options) {
      throw new IllegalStateException("nothing to run");
    }
  }

  private static Installed installed(List<Backend> backends) {
    return new Installed(
        Catalog.of(Cell.class, List.of()),
        Catalog.of(Task.class, List.of()),
        Catalog.of(Backend.class, backends),
        Catalog.of(Subwords.class, List.of()));
  }

  private Backends.Choice choose(String backend) {
    var settings = Settings.of(List.of(Settings.line("backend", backend)));
    return new Backends(console, installed(List.of(absent(), new Reference()))).choose(settings);
  }

  @Test
  void autoTakesTheNextAndSaysWhy() {
    assertEquals("reference", choose("auto").backend().name());
    assertEquals(
        "recurve: backend vector cannot run here, so a slower one does:"
            + " it lacks a wheel; bring one\n",
        err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aPrecisionThatNoneHasIsRefusedWithAllReasons() {
    var settings = Settings.of(List.of(Settings.line("precision", "bf16")));
    var backends = new Backends(console, installed(List.of(absent(), new Reference())));
    Failure failure = assertThrows(Failure.class, () -> backends.choose(settings));
    assertEquals(
        "no backend computes in bf16 here. vector: it computes in f32 only."
            + " reference: it computes in f32 only.",
        failure.getMessage());
    assertEquals(Exit.CONFIG, failure.exit());
    var wrong = Settings.of(List.of(Settings.line("precision", "f16")));
    failure = assertThrows(Failure.class, () -> backends.choose(wrong));
    assertEquals("option precision is 'f16' but takes one of f32, bf16", failure.getMessage());
  }

  @Test
  void aPrecisionIsComputedByWhoHasIt() {
    var settings = Settings.of(List.of(Settings.line("precision", "bf16")));
    var all = installed(List.of(absent(), new Halves(Precision.F32), new Reference()));
    var on = new Backends(console, all).choose(settings);
    assertEquals(new Halves(Precision.BF16), on.backend());
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void oneThatIsNamedIsNotReplaced() {
    Failure failure = assertThrows(Failure.class, () -> choose("vector"));
    assertEquals(
        "backend vector cannot run here: it lacks a wheel; bring one", failure.getMessage());
    assertEquals(Exit.USAGE, failure.exit());
  }

  @Test
  void pluginsTellWhyItIsAbsent() {
    var shell =
        com.google.inject.Guice.createInjector(
                new Wiring(console, installed(List.of(absent())), new Interruption()))
            .getInstance(Shell.class);
    shell.run("plugins");
    assertTrue(
        out.toString(StandardCharsets.UTF_8).contains("absent: it lacks a wheel; bring one"));
    shell.run("plugins", "--json");
    assertTrue(
        out.toString(StandardCharsets.UTF_8)
            .contains("\"available\":false,\"reason\":\"it lacks a wheel; bring one\""));
  }
}
