package recurve.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes matrices of whole numbers as numpy would. */
final class Npz {
  private Npz() {}

  static Path write(Path file, Map<String, int[][]> arrays) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (var array : new TreeMap<>(arrays).entrySet()) {
        zip.putNextEntry(new ZipEntry(array.getKey() + ".npy"));
        int[][] rows = array.getValue();
        String shape = "(" + rows.length + ", " + rows[0].length + ")";
        byte[] header =
            ("{'descr': '<i4', 'fortran_order': False, 'shape': " + shape + ", }\n")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes =
            ByteBuffer.allocate(10 + header.length + 4 * rows.length * rows[0].length)
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        bytes.putShort((short) header.length).put(header);
        for (int[] row : rows) for (int x : row) bytes.putInt(x);
        zip.write(bytes.array());
      }
    }
    return file;
  }
}
