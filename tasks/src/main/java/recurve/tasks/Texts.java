package recurve.tasks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import recurve.io.FileException;
import recurve.io.FileException.Category;
import recurve.io.text.TextReader;
import recurve.task.Corpus;

/** Opens the texts of a corpus, and tells what is wrong with one as a whole. */
public final class Texts {
  private static final String IN_MEMORY = "text in memory";

  private Texts() {}

  /** Hands over a reader of each text, one after the other, and closes it. */
  public static void read(Corpus corpus, Consumer<TextReader> each) {
    switch (corpus) {
      case Corpus.Lines(List<String> lines) -> {
        if (lines.isEmpty()) return;
        InputStream in = new LineStream(lines.iterator());
        try (TextReader reader = TextReader.of(IN_MEMORY, in, Integer.MAX_VALUE)) {
          each.accept(reader);
        }
      }
      case Corpus.Paths(List<Path> paths) -> {
        for (Path path : paths) {
          try (TextReader reader = TextReader.open(path)) {
            each.accept(reader);
          }
        }
      }
    }
  }

  /** Hands over each line that is not blank. */
  public static void lines(Corpus corpus, Consumer<String> each) {
    read(
        corpus,
        in -> {
          for (var line = in.next(); line.isPresent(); line = in.next()) {
            if (!line.get().isBlank()) each.accept(line.get());
          }
        });
  }

  /** The text holds nothing to read. */
  public static FileException empty(Corpus corpus) {
    return bad(corpus, "there are blank lines only; expected text.");
  }

  /** The text holds nothing that the model knows. */
  public static FileException unknown(Corpus corpus) {
    return bad(
        corpus,
        "not one symbol is in the vocabulary; expected text like that of the training. Check that"
            + " it is the right file, or lower min_count.");
  }

  /**
   * A problem with a corpus as a whole, for the caller to throw.
   *
   * @param what what was found; what was expected. What to do.
   */
  public static FileException bad(Corpus corpus, String what) {
    return new FileException(Category.BAD_DATA, name(corpus), what);
  }

  private static String name(Corpus corpus) {
    return switch (corpus) {
      case Corpus.Lines lines -> IN_MEMORY;
      case Corpus.Paths(List<Path> paths) ->
          String.join(", ", paths.stream().map(Path::toString).toList());
    };
  }

  /** Lines as the bytes of a file, so that there is one reader of both. */
  private static final class LineStream extends InputStream {
    private final Iterator<String> lines;
    private byte[] line = {};
    private int at;

    LineStream(Iterator<String> lines) {
      this.lines = lines;
    }

    private boolean fill() {
      if (at < line.length) return true;
      if (!lines.hasNext()) return false;
      line = (lines.next() + "\n").getBytes(StandardCharsets.UTF_8);
      at = 0;
      return true;
    }

    @Override
    public int read() {
      return fill() ? line[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) return 0;
      if (!fill()) return -1;
      int n = Math.min(length, line.length - at);
      System.arraycopy(line, at, bytes, offset, n);
      at += n;
      return n;
    }
  }
}
