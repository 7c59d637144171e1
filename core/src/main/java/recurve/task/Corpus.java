package recurve.task;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Text to learn from or to look at. */
public sealed interface Corpus {
  /** Files, in the task's format; several where a task reads parallel text. */
  record Paths(List<Path> paths) implements Corpus {
    public Paths {
      paths = List.copyOf(paths);
    }
  }

  /** Lines in memory. */
  record Lines(List<String> lines) implements Corpus {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /** Text in one file, or in several that belong together. */
  static Corpus text(Path... paths) {
    return new Paths(List.of(paths));
  }

  /** Text in memory. */
  static Corpus lines(List<String> lines) {
    return new Lines(lines);
  }

  /** A hash of the content, by which a resumed run knows its text again. */
  default String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      switch (this) {
        case Paths(List<Path> paths) -> {
          for (Path path : paths) digest(path, digest);
        }
        case Lines(List<String> lines) -> {
          for (String line : lines) digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void digest(Path path, MessageDigest digest) {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(path)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) digest.update(buffer, 0, n);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
