package recurve.io.text;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import recurve.io.FileException;
import recurve.io.FileException.Category;

/**
 * The lines of a UTF-8 text file, one after the other, whatever its size.
 *
 * <p>Lines end with LF or CRLF; a byte order mark is dropped; a file compressed by gzip is known by
 * its first two bytes. An empty file, invalid UTF-8, a NUL byte and a line longer than the limit
 * each end in a {@link FileException} that names file, line and column. Memory is bounded by the
 * limit.
 */
public final class TextReader implements AutoCloseable {
  /** The longest line, in bytes, that is read unless another limit is given. */
  public static final int LINE_LIMIT = 1 << 20;

  private static final int CHUNK = 1 << 16;

  private final String name;
  private final int limit;
  private final InputStream in;
  private final byte[] chunk = new byte[CHUNK];
  private int at; // next unread byte of the chunk
  private int end; // how many bytes of the chunk are filled
  private byte[] pending = new byte[1 << 10]; // a line that began in an earlier chunk
  private int pended;
  private long line; // of the last line returned

  private TextReader(String name, int limit, InputStream in) {
    this.name = name;
    this.limit = limit;
    this.in = in;
  }

  /** Opens a file. */
  public static TextReader open(Path file) {
    return open(file, LINE_LIMIT);
  }

  /** Opens a file whose lines may have so many bytes. */
  public static TextReader open(Path file, int lineLimit) {
    String name = file.toString();
    if (Files.isDirectory(file)) {
      throw new FileException(Category.NO_INPUT, name, "is a folder; expected a text file.");
    }
    try {
      return new TextReader(name, lineLimit, new BufferedInputStream(Files.newInputStream(file)))
          .begin();
    } catch (IOException e) {
      throw FileException.reading(name, e);
    }
  }

  /** Reads what comes from elsewhere, for example standard input; {@code name} is for messages. */
  public static TextReader of(String name, InputStream in, int lineLimit) {
    return new TextReader(name, lineLimit, new BufferedInputStream(in)).begin();
  }

  private TextReader begin() {
    try {
      return start();
    } catch (FileException e) {
      try {
        in.close();
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** Looks at the first bytes: compressed, marked, empty, or of another encoding. */
  private TextReader start() {
    try {
      in.mark(2);
      int first = in.read();
      int second = in.read();
      in.reset();
      if (first == 0x1f && second == 0x8b) {
        return new TextReader(name, limit, new GZIPInputStream(in, CHUNK)).skipMark();
      }
      if ((first == 0xff && second == 0xfe) || (first == 0xfe && second == 0xff)) {
        throw bad(1, 1, "the file is UTF-16; expected UTF-8. Convert it, for example with iconv.");
      }
      return skipMark();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private TextReader skipMark() throws IOException {
    while (end < 3) { // a stream may hand out less than asked for
      int n = in.read(chunk, end, chunk.length - end);
      if (n < 0) break;
      end += n;
    }
    if (end >= 3 && chunk[0] == (byte) 0xef && chunk[1] == (byte) 0xbb && chunk[2] == (byte) 0xbf) {
      at = 3;
    }
    if (at == end && !fill()) {
      throw new FileException(
          Category.BAD_DATA, name, "the file is empty; expected at least one line of text.");
    }
    return this;
  }

  /** The next line without its end, or nothing when there is no more. */
  public Optional<String> next() {
    try {
      pended = 0;
      if (at == end && !fill()) return Optional.empty();
      while (true) {
        int stop = at;
        while (stop < end && chunk[stop] != '\n') stop++;
        if (pended + (long) (stop - at) > limit) {
          String what = "the line has more than " + limit + " bytes; expected lines of text.";
          throw new FileException(
              Category.BAD_DATA, name, line + 1, what + " Break it into shorter lines.");
        }
        if (stop < end) {
          try {
            return Optional.of(take(stop));
          } finally {
            at = stop + 1; // a line that is refused is behind us too
          }
        }
        pend();
        if (!fill()) return Optional.of(take(at)); // the last line has no end of its own
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The number of the line that {@link #next} returned last, from 1. */
  public long line() {
    return line;
  }

  /** The file's name as messages show it. */
  public String name() {
    return name;
  }

  /**
   * A problem at a column (in characters, from 1) of the line returned last, for the caller to
   * throw.
   *
   * @param what what was found; what was expected. What to do.
   */
  public FileException problem(long column, String what) {
    return bad(line, column, what);
  }

  private FileException bad(long atLine, long column, String what) {
    return new FileException(Category.BAD_DATA, name, atLine, column, what);
  }

  private FileException unreadable(IOException e) {
    return switch (e) {
      case EOFException cut ->
          new FileException(
              Category.BAD_DATA,
              name,
              line + 1,
              "the compressed file ends too early. Get it again.");
      case ZipException zip ->
          new FileException(
              Category.BAD_DATA,
              name,
              line + 1,
              "the compressed file is damaged (" + zip.getMessage() + "). Get it again.");
      default -> FileException.reading(name, e); // a failing device
    };
  }

  private boolean fill() throws IOException {
    at = 0;
    end = 0;
    int n = in.read(chunk, 0, chunk.length);
    if (n < 0) return false;
    end = n;
    return n > 0 || fill();
  }

  private void pend() {
    int n = end - at;
    if (pended + n > pending.length) {
      pending = Arrays.copyOf(pending, Math.max(pended + n, Math.min(2 * pending.length, limit)));
    }
    System.arraycopy(chunk, at, pending, pended, n);
    pended += n;
    at = end;
  }

  /** The line that ends before {@code stop}, with what was pending of it. */
  private String take(int stop) {
    byte[] bytes = chunk;
    int from = at;
    int to = stop;
    if (pended > 0) {
      int n = stop - from;
      if (pended + n > pending.length) pending = Arrays.copyOf(pending, pended + n);
      System.arraycopy(chunk, from, pending, pended, n);
      bytes = pending;
      from = 0;
      to = pended + n;
    }
    line++;
    if (to > from && bytes[to - 1] == '\r') to--;
    OptionalInt invalid = Utf8.firstInvalid(bytes, from, to);
    if (invalid.isPresent()) throw invalid(bytes, from, invalid.getAsInt());
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  private FileException invalid(byte[] bytes, int from, int where) {
    // every byte that does not continue a character begins one
    long column = 1;
    for (int i = from; i < where; i++) if ((bytes[i] & 0xc0) != 0x80) column++;
    if (bytes[where] == 0) {
      return bad(line, column, "a NUL byte; expected text. Is it the right file?");
    }
    String hex = String.format(Locale.ROOT, "0x%02x", bytes[where] & 0xff);
    String what = "byte " + hex + " is not valid UTF-8; expected UTF-8 text.";
    return bad(line, column, what + " Convert the file, for example with iconv.");
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw FileException.reading(name, e);
    }
  }
}
