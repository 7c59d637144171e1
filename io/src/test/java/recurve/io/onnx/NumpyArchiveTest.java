package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.io.FileException;
import recurve.ir.Tensor;

/** Archives of numpy's. */
class NumpyArchiveTest {
  @TempDir Path folder;

  /**
   * Written by numpy 1.24: {@code np.savez_compressed("numpy.npz", f2=np.array([0.5, -2], "<f2"),
   * f4=np.arange(6, dtype="<f4").reshape(2, 3), f8=np.array(1e-300, "<f8"),
   * turned=np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)), big=np.array([1, -2,
   * 300], ">i4"), i8=np.array([[7], [-1]], "<i8"), u1=np.array([255, 0], "u1"),
   * truth=np.array([True, False]), none=np.zeros((0, 3), "<f4"), i2=np.array([-5], ">i2"))}.
   */
  private Path sound() throws IOException {
    try (InputStream in = NumpyArchiveTest.class.getResourceAsStream("numpy.npz")) {
      return Files.write(folder.resolve("numpy.npz"), in.readAllBytes());
    }
  }

  @Test
  void arraysOfEveryType() throws IOException {
    Map<String, Tensor> read = NumpyArchive.read(sound());
    assertEquals(10, read.size());
    assertEquals(Tensor.of(new float[] {0.5f, -2}, 2), read.get("f2"));
    assertEquals(Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3), read.get("f4"));
    assertEquals(Tensor.of(new double[] {1e-300}), read.get("f8"));
    float[] all = new float[24];
    for (int i = 0; i < 24; i++) all[i] = i;
    assertEquals(Tensor.of(all, 2, 3, 4), read.get("turned"));
    assertEquals(Tensor.of(new int[] {1, -2, 300}, 3), read.get("big"));
    assertEquals(Tensor.of(new int[] {7, -1}, 2, 1), read.get("i8"));
    assertEquals(Tensor.of(new int[] {255, 0}, 2), read.get("u1"));
    assertEquals(Tensor.of(new boolean[] {true, false}, 2), read.get("truth"));
    assertEquals(Tensor.of(new float[0], 0, 3), read.get("none"));
    assertEquals(Tensor.of(new int[] {-5}, 1), read.get("i2"));
  }

  private Path archive(String name, byte[] content) throws IOException {
    Path file = folder.resolve("bad.npz");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(content);
    }
    return file;
  }

  private Path array(String dictionary, int bytes) throws IOException {
    return array(dictionary, bytes, 0);
  }

  private Path array(String dictionary, int bytes, int filler) throws IOException {
    byte[] header = dictionary.getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[10 + header.length + bytes];
    Arrays.fill(all, (byte) filler);
    byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, 0};
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(header, 0, all, start.length, header.length);
    return archive("x.npy", all);
  }

  private static void says(String what, Path file) {
    var e = assertThrows(FileException.class, () -> NumpyArchive.read(file));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(file + ": ") && message.contains(what), message);
    assertTrue(!message.contains("\n"), message);
  }

  @Test
  void whatCannotBeRead() throws IOException {
    says("there is no such file", folder.resolve("none.npz"));
    says("no archive of arrays", Files.writeString(folder.resolve("x"), "no archive"));
    says("holds 'note.txt', which is no array", archive("note.txt", new byte[3]));
    says("has no header", archive("x.npy", "NUMPY".getBytes(StandardCharsets.US_ASCII)));
    String plain = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }";
    says("of type '|O'", array(plain.formatted("|O", "1,"), 8)); // a pickle
    says("of type '<U3'", array(plain.formatted("<U3", "1,"), 12));
    says("a structured type", array("{'descr': [('a', '<f4')], 'shape': (1,)}", 4));
    says("does not hold the 3 elements", array(plain.formatted("<f4", "3,"), 8));
    says("does not hold the 1 elements", array(plain.formatted("<f4", ""), 8));
    says("does not hold the 500000000", array(plain.formatted("|i1", "500000000,"), 8));
    says("too large", array(plain.formatted("<f8", "99999, 99999"), 8));
    says("too large", array(plain.formatted("<f4", "99999999999999999999,"), 8));
    says("which no 32-bit integer is", array(plain.formatted("|u8", "1,"), 8, 0x7F));
  }

  /** Any change of a sound archive ends in arrays or in an error of ours. */
  @Test
  void mutants() throws IOException {
    byte[] sound = Files.readAllBytes(sound());
    var random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] mutant = sound.clone();
      for (int k = random.nextInt(3); k >= 0; k--) {
        mutant[random.nextInt(mutant.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        NumpyArchive.read(Files.write(folder.resolve("mutant.npz"), mutant));
      } catch (FileException e) {
        refused++;
      }
    }
    assertTrue(refused > 500, refused + " refused");
  }
}
