package recurve.io.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.io.FileException;
import recurve.ir.Tensor;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void readsBackWhatItWroteToTheBit() {
    var random = new Random(1);
    var big = new float[7 * 100_003]; // more than one chunk, and not a whole number of them
    for (int i = 0; i < big.length; i++) big[i] = Float.intBitsToFloat(random.nextInt());
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("big", Tensor.of(big, 7, 100_003));
    tensors.put("embedding/ü", Tensor.of(new double[] {Math.PI, -0.0, Double.NaN}, 3, 1));
    tensors.put("ids", Tensor.of(new int[] {Integer.MIN_VALUE, 7}, 2));
    tensors.put("mask", Tensor.of(new boolean[] {true, false, true}, 3));
    tensors.put("empty", Tensor.of(new float[0], 0, 5));
    tensors.put("scalar", Tensor.of(new float[] {1.5f}));
    Path file = folder.resolve("t.safetensors");
    new Safetensors(tensors, Map.of("made by", "a test")).write(file);
    Safetensors read = Safetensors.read(file);
    assertEquals(tensors, read.tensors());
    assertEquals(Map.of("made by", "a test"), read.metadata());
  }

  @Test
  void writesTheSameBytesInWhateverOrder() throws IOException {
    Tensor a = Tensor.of(new float[] {1}, 1);
    Tensor b = Tensor.of(new double[] {2}, 1);
    Path file = folder.resolve("t.safetensors");
    var one = new LinkedHashMap<String, Tensor>();
    one.put("a", a);
    one.put("b", b);
    new Safetensors(one).write(file);
    byte[] first = Files.readAllBytes(file);
    var other = new LinkedHashMap<String, Tensor>();
    other.put("b", b);
    other.put("a", a);
    new Safetensors(other).write(file);
    assertArrayEquals(first, Files.readAllBytes(file));
  }

  @Test
  void writesTheFormatsBytes() throws IOException {
    Path file = folder.resolve("t.safetensors");
    new Safetensors(Map.of("w", Tensor.of(new float[] {1, -2}, 2))).write(file);
    String header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    assertArrayEquals(
        file(header + " ".repeat(7 - (header.length() + 7) % 8), 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0),
        Files.readAllBytes(file));
  }

  @Test
  void widensHalfPrecision() throws IOException {
    Path file = folder.resolve("t.safetensors");
    Files.write(
        file,
        file(
            "{\"h\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[2,4]}}",
            0,
            0x3e,
            0xc0,
            0x3f));
    Map<String, Tensor> tensors = Safetensors.read(file).tensors();
    assertEquals(Tensor.of(new float[] {1.5f}, 1), tensors.get("h"));
    assertEquals(Tensor.of(new float[] {1.5f}, 1), tensors.get("b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}} | another size than its shape
          {"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | has 8 bytes of elements; its header announces 4
          {"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}} | has 8 bytes of elements; its header announces 12
          {"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | 'w' lies in a wrong place
          {"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | 'w' lies in a wrong place
          {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | not valid JSON
          {"w":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}} | elements of 'I64'
          {"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | bad shape
          {"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}} | too large
          {"w":{"dtype":"F32","shape":[2147483647],"data_offsets":[0,8]}} | too large
          {"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}} | bad shape
          {"w":{"dtype":"F32","shape":[2]}} | lacks shape or offsets
          {"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]} | not valid JSON
          {"w":7} | lacks shape or offsets
          {"__metadata__":{"a":1},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | metadata is not text
          [1] | not a JSON object
          """)
  void refusesWhatIsNotTheFormat(String header, String message) throws IOException {
    Path file = folder.resolve("t.safetensors");
    Files.write(file, file(header, 0, 0, 0, 0, 0, 0, 0, 0));
    var e = assertThrows(FileException.class, () -> Safetensors.read(file));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertEquals(65, e.category().exitCode());
  }

  @Test
  void refusesAFileCutAnywhereAndHeadersThatClaimTooMuch() throws IOException {
    Path file = folder.resolve("t.safetensors");
    new Safetensors(Map.of("w", Tensor.of(new float[] {1, -2}, 2))).write(file);
    byte[] whole = Files.readAllBytes(file);
    for (int n = 0; n < whole.length; n++) {
      Files.write(file, Arrays.copyOf(whole, n));
      assertThrows(FileException.class, () -> Safetensors.read(file), "cut to " + n);
    }
    for (long length : new long[] {-1, Long.MAX_VALUE, 1L << 40, whole.length, 0}) {
      byte[] bytes = whole.clone();
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Files.write(file, bytes);
      assertThrows(FileException.class, () -> Safetensors.read(file), "length " + length);
    }
  }

  private static byte[] file(String header, int... elements) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + json.length + elements.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
    for (int e : elements) bytes.put((byte) e);
    return bytes.array();
  }
}
