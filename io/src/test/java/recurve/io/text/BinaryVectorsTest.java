package recurve.io.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.io.FileException;

class BinaryVectorsTest {
  @TempDir Path folder;

  private static byte[] file(String header, boolean lines, Object... parts) throws IOException {
    var out = new ByteArrayOutputStream();
    out.write(header.getBytes(StandardCharsets.UTF_8));
    for (Object part : parts) {
      if (part instanceof String word) {
        out.write((word + " ").getBytes(StandardCharsets.UTF_8));
      } else {
        float[] numbers = (float[]) part;
        ByteBuffer b = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        b.asFloatBuffer().put(numbers);
        out.write(b.array());
        if (lines) out.write('\n');
      }
    }
    return out.toByteArray();
  }

  private static byte[] two(boolean lines) throws IOException {
    // the second word's numbers hold the bytes of a space and of line ends
    float[] odd = {Float.intBitsToFloat(0x0a0a200a), -2, 1e-30f};
    return file("2 3\n", lines, "été", new float[] {1, 0.5f, -3}, "cat", odd);
  }

  private WordVectors read(byte[] bytes) throws IOException {
    return WordVectors.read(Files.write(folder.resolve("v.bin"), bytes), word -> true);
  }

  /** As word2vec writes it, with line ends, and as gensim does, without; compressed too. */
  @Test
  void readsBothWriters() throws IOException {
    var zipped = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(zipped)) {
      out.write(two(true));
    }
    for (byte[] bytes : List.of(two(true), two(false), zipped.toByteArray())) {
      WordVectors v = read(bytes);
      assertEquals(3, v.dimension());
      assertEquals(List.of("été", "cat"), List.copyOf(v.vectors().keySet()));
      assertArrayEquals(new float[] {1, 0.5f, -3}, v.vectors().get("été"));
      assertEquals(-2, v.vectors().get("cat")[1]);
    }
  }

  @Test
  void keepsWantedWordsOnlyAndTheFirstOfTwo() throws IOException {
    float[] a = {1, 0}, b = {2, 0};
    Path file = Files.write(folder.resolve("v.bin"), file("3 2\n", true, "a", a, "b", b, "a", b));
    WordVectors v = WordVectors.read(file, "a"::equals);
    assertEquals(Set.of("a"), v.vectors().keySet());
    assertEquals(1, v.vectors().get("a")[0]);
    assertEquals(Set.of("a"), v.duplicates());
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    byte[] good = two(true);
    check(
        Arrays.copyOf(good, good.length - 5),
        ": the file ends in the numbers of word 2 of 2. Get it again.");
    check(Arrays.copyOf(good, 23), ": the file ends in word 2 of 2. Get it again.");
    check(
        file("1 2\n", true, "a", new float[] {Float.NaN, 0}),
        ": word 1 ('a') has the number NaN; expected finite numbers.");
    check(
        file("1 2\n", true, "a", new float[] {1, 0}, "b", new float[] {1, 0}),
        ": there is more after 1 words, as many as its first line announces.");
  }

  private void check(byte[] bytes, String message) {
    String said = assertThrows(FileException.class, () -> read(bytes)).getMessage();
    assertEquals(folder.resolve("v.bin") + message, said);
  }
}
