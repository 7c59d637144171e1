package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import recurve.backend.Backend;
import recurve.plugin.Catalog;

/**
 * Runs the application in this process and tells what it said.
 *
 * @param code the exit code
 * @param out standard output
 * @param err standard error
 */
record Cli(int code, String out, String err) {
  static Cli run(String... args) {
    return run("", new Interruption(), args);
  }

  static Cli run(String input, Interruption interruption, String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var console =
        new Console(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int code = Main.run(args, console, interruption);
    return new Cli(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Trains a small model; more arguments follow. */
  static Cli train(Path text, Path folder, String... more) {
    var args = new ArrayList<>(List.of("train", "lm", "--train", text.toString()));
    args.addAll(List.of("--out", folder.toString(), "--units", "4", "--batch", "2", "--bptt", "5"));
    args.addAll(List.of("--backend", "reference"));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  /** How many backends {@code verify} holds against a judge here. */
  static long verified() {
    return Catalog.load(Backend.class).entries().stream()
        .filter(e -> e.plugin().support().isAvailable() && !e.name().equals("onnxruntime"))
        .count();
  }

  /** What a command says of two models, each named after the command's own name: it is the same. */
  static String same(Path first, Path second, String... command) {
    var outs = new ArrayList<String>();
    for (Path model : List.of(first, second)) {
      var args = new ArrayList<>(List.of(command));
      args.add(1, model.toString());
      outs.add(run(args.toArray(String[]::new)).fine().out());
    }
    assertEquals(outs.get(0), outs.get(1));
    return outs.get(0);
  }

  /** It went well, and nothing was complained about. */
  Cli fine() {
    assertEquals("", err);
    assertEquals(0, code, out);
    return this;
  }

  /** It failed as told: the one line on standard error, and the code. */
  void failed(int expected, String line) {
    assertEquals(line + System.lineSeparator(), err);
    assertEquals(expected, code);
  }

  /** A text of a few words over and over, by a seed. */
  static Path text(Path file, int lines, long seed) throws IOException {
    var random = new Random(seed);
    var words = List.of("the", "cat", "dog", "sees", "runs", "a", "bird", "to");
    var text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      for (int n = 3 + random.nextInt(4); n > 0; n--) {
        text.append(words.get(random.nextInt(words.size()))).append(n == 1 ? "\n" : " ");
      }
    }
    return Files.writeString(file, text.toString());
  }
}
