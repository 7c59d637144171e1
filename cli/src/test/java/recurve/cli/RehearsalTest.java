package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  @TempDir Path dir;

  @Test
  void playsTheCommandsThrough() throws IOException {
    Rehearsal.play(dir);
    assertTrue(Files.exists(dir.resolve("model").resolve("weights.safetensors")));
  }

  @Test
  void theVersionAsksNoPlugin() {
    Cli run = Cli.run("--version").fine();
    assertEquals(Shell.VERSION + System.lineSeparator(), run.out());
    // with anything beside it the command line is read as any other
    assertEquals(run.out(), Cli.run("--version", "-q").fine().out());
  }
}
