package recurve.tasks.seq2seq;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/**
 * A grey picture as PNG (ISO/IEC 15948), with letters of five by seven dots.
 *
 * <p>Of our own, since the platform's needs java.desktop: megabytes in an image of the program, and
 * fonts that a server may lack.
 */
final class Png {
  /** How far the beginnings of two letters are apart. */
  static final int LETTER = 12;

  private static final int DOT = 2, COLUMNS = 5, LINES = 7;

  // the letters from the space to the tilde: five columns each, the lowest bit on top
  private static final byte[] LETTERS =
      HexFormat.of()
          .parseHex(
              "000000000000005F00000007000700147F147F14242A7F2A12231308646236495620500000070000"
                  + "001C2241000041221C002A1C7F1C2A08083E08080050300000080808080800606000002010080402"
                  + "3E5149453E00427F400042615149462141454B311814127F1027454545393C4A4949300171090503"
                  + "3649494936064949291E003636000000563600000008142241141414141441221408000201510906"
                  + "324979413E7E1111117E7F494949363E414141227F4141221C7F494949417F090901013E41415132"
                  + "7F0808087F00417F41002040413F017F081422417F404040407F0204027F7F0408107F3E4141413E"
                  + "7F090909063E4151215E7F09192946464949493101017F01013F4040403F1F2040201F7F2018207F"
                  + "63140814630304780403615149454300007F4141020408102041417F000004020102044040404040"
                  + "000102040020545454787F484444383844444420384444487F3854545418087E090102081454543C"
                  + "7F0804047800447D40002040443D00007F10284400417F40007C041804787C080404783844444438"
                  + "7C14141408081414187C7C080404084854545420043F4440203C4040207C1C2040201C3C4030403C"
                  + "44281028440C5050503C4464544C44000836410000007F000000413608000804081008");
  private static final byte[] BOX = {0x7f, 0x41, 0x41, 0x41, 0x7f};

  private final int width;
  private final int height;
  private final byte[] grey;

  /** A white picture. */
  Png(int width, int height) {
    this.width = width;
    this.height = height;
    this.grey = new byte[Math.multiplyExact(width, height)];
    Arrays.fill(grey, (byte) 255);
  }

  /** Fills a rectangle. */
  void fill(int x, int y, int across, int down, int shade) {
    for (int j = Math.max(0, y); j < Math.min(height, y + down); j++) {
      for (int i = Math.max(0, x); i < Math.min(width, x + across); i++) {
        grey[j * width + i] = (byte) shade;
      }
    }
  }

  /**
   * A letter with its upper left corner at a place; or its lower left, if it is turned to read
   * upwards.
   */
  void glyph(int x, int y, int letter, boolean upwards) {
    byte[] columns = columns(letter);
    for (int c = 0; c < COLUMNS; c++) {
      for (int r = 0; r < LINES; r++) {
        if ((columns[c] >> r & 1) == 0) continue;
        if (upwards) fill(x + r * DOT, y - (c + 1) * DOT, DOT, DOT, 0);
        else fill(x + c * DOT, y + r * DOT, DOT, DOT, 0);
      }
    }
  }

  /** A letter with an accent is shown without, one of another script as a box. */
  private static byte[] columns(int letter) {
    int plain =
        Normalizer.normalize(Character.toString(letter), Normalizer.Form.NFD).codePointAt(0);
    if (plain < ' ' || plain > '~') return BOX;
    int at = (plain - ' ') * COLUMNS;
    return Arrays.copyOfRange(LETTERS, at, at + COLUMNS);
  }

  /** The file. */
  byte[] bytes() {
    var file = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(file)) {
      out.writeLong(0x89504e470d0a1a0aL);
      var head = new ByteArrayOutputStream();
      try (var data = new DataOutputStream(head)) {
        data.writeInt(width);
        data.writeInt(height);
        data.write(new byte[] {8, 0, 0, 0, 0}); // 8 bits of grey, not interlaced
      }
      chunk(out, "IHDR", head.toByteArray());
      var packed = new ByteArrayOutputStream();
      try (var data = new DeflaterOutputStream(packed)) {
        for (int y = 0; y < height; y++) {
          data.write(0); // the line as it is
          data.write(grey, y * width, width);
        }
      }
      chunk(out, "IDAT", packed.toByteArray());
      chunk(out, "IEND", new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes all bytes", e);
    }
    return file.toByteArray();
  }

  private static void chunk(DataOutputStream out, String name, byte[] data) throws IOException {
    byte[] title = name.getBytes(StandardCharsets.US_ASCII);
    var crc = new CRC32();
    crc.update(title);
    crc.update(data);
    out.writeInt(data.length);
    out.write(title);
    out.write(data);
    out.writeInt((int) crc.getValue());
  }
}
