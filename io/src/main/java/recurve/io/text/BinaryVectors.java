package recurve.io.text;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import recurve.io.FileException;
import recurve.io.FileException.Category;

/**
 * Word vectors as word2vec writes them in binary: a line of two counts, then for each word its
 * UTF-8, a space, and its numbers as 32-bit floats, the lowest byte first. A line end may stand
 * before a word.
 */
final class BinaryVectors {
  private static final Pattern HEADER = Pattern.compile("([0-9]{1,9}) ([0-9]{1,9})\\s*");
  private static final int HEADER_LIMIT = 32, WORD_LIMIT = 1 << 12, LOOK = 1 << 14;

  private final String name;
  private final InputStream in;

  private BinaryVectors(String name, InputStream in) {
    this.name = name;
    this.in = in;
  }

  /** Whether a file seems to be of this kind; of one that cannot be read, it does not. */
  static boolean isBinary(Path file) {
    if (Files.isDirectory(file)) return false;
    try (InputStream in = open(file)) {
      return isBinary(in.readNBytes(LOOK));
    } catch (IOException e) { // whoever reads it next says why
      return false;
    }
  }

  private static InputStream open(Path file) throws IOException {
    var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    in.mark(2);
    boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return zipped ? new BufferedInputStream(new GZIPInputStream(in, 1 << 16)) : in;
  }

  /** After the header and a word there is no text. */
  private static boolean isBinary(byte[] start) {
    int line = indexOf(start, '\n', 0);
    if (line < 0 || line > HEADER_LIMIT) return false;
    Matcher header = HEADER.matcher(new String(start, 0, line, StandardCharsets.ISO_8859_1));
    int space = indexOf(start, ' ', line + 1);
    if (!header.matches() || space < 0) return false;
    long numbers = 4 * Long.parseLong(header.group(2));
    int end = (int) Math.min(start.length, space + 1 + numbers);
    for (int i = space + 1; i < end; i++) {
      if (start[i] >= 0 && start[i] < ' ' && "\t\r\n".indexOf(start[i]) < 0) return true;
    }
    // a character may be cut off at the end of what was looked at
    return Utf8.firstInvalid(start, space + 1, Math.max(space + 1, end - 3)).isPresent();
  }

  private static int indexOf(byte[] bytes, char c, int from) {
    for (int i = from; i < bytes.length; i++) if (bytes[i] == c) return i;
    return -1;
  }

  /** Reads the vectors of the wanted words. */
  static WordVectors read(Path file, Predicate<String> wanted) {
    try (InputStream in = open(file)) {
      return new BinaryVectors(file.toString(), in).read(wanted);
    } catch (IOException e) {
      throw FileException.reading(file.toString(), e);
    }
  }

  private WordVectors read(Predicate<String> wanted) throws IOException {
    String line = until('\n', HEADER_LIMIT, "the first line");
    Matcher header = HEADER.matcher(line);
    if (!header.matches()) throw bad("the first line is '" + line + "'; expected two counts.");
    long words = Long.parseLong(header.group(1));
    int dimension = Integer.parseInt(header.group(2));
    if (dimension == 0) throw bad("vectors of no numbers; expected at least one.");
    var vectors = new LinkedHashMap<String, float[]>();
    var duplicates = new HashSet<String>();
    for (long i = 1; i <= words; i++) {
      String word = until(' ', WORD_LIMIT, "word " + i + " of " + words).stripLeading();
      if (word.isEmpty()) throw bad("word " + i + " is empty. Get the file again.");
      byte[] bytes = in.readNBytes(Math.multiplyExact(4, dimension));
      if (bytes.length < 4 * dimension) throw cut("the numbers of word " + i + " of " + words);
      if (!wanted.test(word)) continue;
      if (vectors.putIfAbsent(word, numbers(bytes, word, i)) != null) duplicates.add(word);
    }
    if (!new String(in.readNBytes(LOOK), StandardCharsets.ISO_8859_1).isBlank()) {
      throw bad("there is more after " + words + " words, as many as its first line announces.");
    }
    return new WordVectors(dimension, vectors, duplicates);
  }

  private float[] numbers(byte[] bytes, String word, long place) {
    float[] numbers = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    for (float x : numbers) {
      if (Float.isFinite(x)) continue;
      throw bad(
          "word " + place + " ('" + word + "') has the number " + x + "; expected finite numbers.");
    }
    return numbers;
  }

  private String until(char end, int limit, String what) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b != end; b = in.read()) {
      if (b < 0) throw cut(what);
      if (bytes.size() == limit) throw bad(what + " has no end. Is it a file of word vectors?");
      bytes.write(b);
    }
    byte[] text = bytes.toByteArray();
    if (Utf8.firstInvalid(text, 0, text.length).isPresent()) {
      throw bad(what + " is not UTF-8: " + Arrays.toString(text) + ". Is the dimension right?");
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private FileException cut(String where) {
    return bad("the file ends in " + where + ". Get it again.");
  }

  private FileException bad(String what) {
    return new FileException(Category.BAD_DATA, name, what);
  }
}
