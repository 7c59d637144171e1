package recurve.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Plays the commands through on a tiny model, in one process: what it loads is what the launcher
 * has the JVM store, so that every later start is quicker.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /** Runs it; fails if a command does. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("recurve-rehearsal");
    try {
      play(folder);
    } finally {
      delete(folder);
    }
  }

  static void play(Path folder) throws IOException {
    String text = folder.resolve("text.txt").toString(), model = folder.resolve("model").toString();
    String line = IntStream.range(0, 30).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
    Files.writeString(Path.of(text), (line + "\n").repeat(10));
    run("", "train", "lm", "--train", text, "--valid", text, "--out", model, "--epochs", "2");
    run("", "evaluate", model, "--data", text, "--json");
    run("", "generate", model, "--tokens", "20", "--seed", "1");
    run("w1 w2\n", "predict", model);
    run("", "inspect", model);
    run("", "plugins");
    run("", "train", "--help");
  }

  private static void run(String input, String... args) {
    InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    var nowhere = new PrintStream(OutputStream.nullOutputStream());
    int code = Main.run(args, new Console(in, nowhere, System.err, false), new Interruption());
    if (code != Exit.FINE.code()) {
      throw new IllegalStateException("recurve " + List.of(args) + " ended with " + code);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
