package recurve.io.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.io.FileException;
import recurve.io.FileException.Category;

class TextReaderTest {
  @TempDir Path folder;

  @Test
  void readsLinesWhateverTheirEnds() throws IOException {
    assertEquals(List.of("a", "b", "", "c"), lines(bytes("a\nb\r\n\nc")));
    assertEquals(List.of("a", "b"), lines(bytes("a\nb\n")));
    assertEquals(List.of(""), lines(bytes("\n")));
    assertEquals(List.of("a\rb"), lines(bytes("a\rb\n")), "a lone CR ends no line");
  }

  @Test
  void dropsTheByteOrderMarkAtTheStartOnly() throws IOException {
    assertEquals(List.of("a", "\ufeffb"), lines(bytes("\ufeffa\n\ufeffb")));
  }

  @Test
  void readsGzipByItsFirstBytes() throws IOException {
    assertEquals(List.of("çà", "b"), lines(gzip(bytes("\ufeffçà\r\nb\n"))));
  }

  @Test
  void readsLinesAcrossChunksLikeTheJdk() throws IOException {
    var random = new Random(1);
    var text = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      int n = random.nextInt(4) == 0 ? random.nextInt(2000) : random.nextInt(20);
      for (int j = 0; j < n; j++) text.appendCodePoint("aé漢😀".codePointAt(random.nextInt(4)));
      text.append(random.nextBoolean() ? "\n" : "\r\n");
    }
    assertEquals(text.toString().lines().toList(), lines(bytes(text.toString())));
  }

  @Test
  void readsAStreamThatComesByteByByte() {
    var trickle =
        new InputStream() {
          private final InputStream all = new ByteArrayInputStream(bytes("\ufeffone\ntwo\n"));

          @Override
          public int read() throws IOException {
            return all.read();
          }

          @Override
          public int read(byte[] b, int off, int len) throws IOException {
            return all.read(b, off, Math.min(len, 1));
          }
        };
    try (var in = TextReader.of("-", trickle, 100)) {
      assertEquals("one", in.next().orElseThrow());
      assertEquals("two", in.next().orElseThrow());
      assertEquals(2, in.line());
      assertTrue(in.next().isEmpty());
    }
  }

  @Test
  void namesLineAndColumnOfTheFirstBadByte() throws IOException {
    byte[] line = {'a', (byte) 0xc3, (byte) 0xa9, 'b', (byte) 0xff, 'c', '\n'};
    check(
        join(bytes("fine\n"), line),
        Category.BAD_DATA,
        ":2:4: byte 0xff is not valid UTF-8; expected UTF-8 text."
            + " Convert the file, for example with iconv.");
    check(
        bytes("ab\0c\n"),
        Category.BAD_DATA,
        ":1:3: a NUL byte; expected text. Is it the right file?");
    check(
        new byte[] {(byte) 0xff, (byte) 0xfe, 'a', 0},
        Category.BAD_DATA,
        ":1:1: the file is UTF-16; expected UTF-8. Convert it, for example with iconv.");
  }

  @Test
  void refusesWhatTheJdksDecoderRefuses() {
    var random = new Random(2);
    int[] alphabet = {
      0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef,
      0xf0, 0xf1, 0xf4, 0xf5, 0xff
    };
    for (int round = 0; round < 200_000; round++) {
      var b = new byte[random.nextInt(6)];
      for (int i = 0; i < b.length; i++) b[i] = (byte) alphabet[random.nextInt(alphabet.length)];
      boolean valid;
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(b));
        valid = true;
      } catch (CharacterCodingException e) {
        valid = false;
      }
      assertEquals(valid, Utf8.firstInvalid(b, 0, b.length).isEmpty(), Arrays.toString(b));
    }
  }

  @Test
  void refusesALongLineWithItsNumber() throws IOException {
    var ten = new byte[10 << 20];
    Arrays.fill(ten, (byte) 'x');
    check(
        join(bytes("one\n"), ten),
        Category.BAD_DATA,
        ":2: the line has more than 1048576 bytes; expected lines of text."
            + " Break it into shorter lines.");
  }

  @Test
  void takesALineOfExactlyTheLimit() {
    try (var in = TextReader.of("-", new ByteArrayInputStream(bytes("abcd\nabcd\nabcde")), 4)) {
      assertEquals("abcd", in.next().orElseThrow());
      assertEquals("abcd", in.next().orElseThrow());
      assertTrue(assertThrows(FileException.class, in::next).getMessage().startsWith("-:3: "));
    }
  }

  @Test
  void refusesEmptyFiles() throws IOException {
    String message = ": the file is empty; expected at least one line of text.";
    check(new byte[0], Category.BAD_DATA, message);
    check(bytes("\ufeff"), Category.BAD_DATA, message);
    check(gzip(new byte[0]), Category.BAD_DATA, message);
  }

  @Test
  void refusesWhatIsNoFile() {
    Path missing = folder.resolve("missing.txt");
    var e = assertThrows(FileException.class, () -> TextReader.open(missing));
    assertEquals(missing + ": there is no such file. Check the name.", e.getMessage());
    assertEquals(66, e.category().exitCode());
    e = assertThrows(FileException.class, () -> TextReader.open(folder));
    assertEquals(folder + ": is a folder; expected a text file.", e.getMessage());
    assertEquals(66, e.category().exitCode());
  }

  @Test
  void noticesACompressedFileCutAnywhere() throws IOException {
    byte[] whole = gzip(bytes("one\ntwo\nthree\n".repeat(50)));
    for (int n = 2; n < whole.length; n++) {
      Path file = write(Arrays.copyOf(whole, n));
      var e = assertThrows(FileException.class, () -> all(file), "cut to " + n);
      assertEquals(Category.BAD_DATA, e.category());
    }
  }

  @Test
  void showsControlCharactersOfNamesEscaped() {
    var e = assertThrows(FileException.class, () -> TextReader.open(folder.resolve("a\nb")));
    assertTrue(e.getMessage().contains("a\\u000ab"), e.getMessage());
  }

  private void check(byte[] content, Category category, String message) throws IOException {
    Path file = write(content);
    var e = assertThrows(FileException.class, () -> all(file));
    assertEquals(file + message, e.getMessage());
    assertEquals(category, e.category());
  }

  private List<String> lines(byte[] content) throws IOException {
    return all(write(content));
  }

  private static List<String> all(Path file) {
    var lines = new ArrayList<String>();
    try (var in = TextReader.open(file)) {
      for (var line = in.next(); line.isPresent(); line = in.next()) lines.add(line.get());
    }
    return lines;
  }

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("text.txt"), content);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] ab = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, ab, a.length, b.length);
    return ab;
  }

  private static byte[] gzip(byte[] content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
