package recurve.tasks.seq2seq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.option.OptionException;

class HeatMapTest {
  @TempDir Path folder;

  private static final HeatMap MAP =
      new HeatMap(
          List.of("a", " ", "<b"),
          List.of("ä", "</s>"),
          new float[][] {{1, 0, 0}, {0, 0.5f, 0.5f}});

  /** A grey picture read back by the rules of the format. */
  private record Picture(int width, int height, byte[] lines) {
    static Picture of(byte[] file) throws IOException {
      var in = new DataInputStream(new ByteArrayInputStream(file));
      assertEquals(0x89504e470d0a1a0aL, in.readLong());
      int width = 0, height = 0;
      byte[] lines = {};
      var seen = new ArrayList<String>();
      while (in.available() > 0) {
        byte[] body = new byte[in.readInt() + 4];
        in.readFully(body);
        var crc = new CRC32();
        crc.update(body);
        assertEquals((int) crc.getValue(), in.readInt());
        String name = new String(body, 0, 4, StandardCharsets.US_ASCII);
        seen.add(name);
        var data = new DataInputStream(new ByteArrayInputStream(body, 4, body.length - 4));
        if (name.equals("IHDR")) {
          width = data.readInt();
          height = data.readInt();
          assertEquals(0x08, data.readByte());
          assertEquals(0, data.readInt());
        } else if (name.equals("IDAT")) {
          lines = new InflaterInputStream(data).readAllBytes();
        }
      }
      assertEquals(List.of("IHDR", "IDAT", "IEND"), seen);
      assertEquals((width + 1) * height, lines.length);
      return new Picture(width, height, lines);
    }

    int at(int x, int y) {
      return lines[y * (width + 1) + 1 + x] & 0xff;
    }
  }

  @Test
  void cellsAreTheDarkerTheMoreIsLookedAtThem() throws IOException {
    Path file = folder.resolve("map.png");
    HeatMap.write(List.of(MAP, MAP), file);
    Picture p = Picture.of(Files.readAllBytes(file));
    // left of the cells stand four letters of 12 and gaps of 12 and 6; above them two letters
    int x = 12 + 4 * 12 + 6 + 12, y = 12 + 2 * 12 + 6 + 12, one = p.height() / 2;
    assertEquals(40, p.at(x, y)); // all of the weight: 255 - 215
    assertEquals(255, p.at(x + 24, y));
    assertEquals(255, p.at(x, y + 24));
    assertEquals(148, p.at(x + 24, y + 24)); // half of it
    assertEquals(148, p.at(x + 48, y + 24));
    assertEquals(40, p.at(x, y + one)); // the second map below
    int ink = 0;
    for (int i = 0; i < 12 + 4 * 12 + 6; i++) {
      for (int j = y - 12; j < y + 12; j++) if (p.at(i, j) == 0) ink++;
    }
    assertTrue(ink >= 40, "a letter has its dots of four: " + ink);
  }

  @Test
  void svgHoldsTheLabelsAsText() throws IOException {
    Path file = folder.resolve("map.svg");
    HeatMap.write(List.of(MAP), file);
    String text = Files.readString(file);
    for (String label : List.of(">a<", ">_<", ">&#60;b<", ">ä<", ">&#60;/s&#62;<")) {
      assertTrue(text.contains(label), label + " in " + text);
    }
    assertEquals(7, text.split("<rect").length - 1); // the ground and six cells
    assertTrue(text.contains("rgb(40,40,70)"), text);
  }

  @Test
  void otherPicturesAreRefused() {
    var e =
        assertThrows(
            OptionException.class, () -> HeatMap.write(List.of(MAP), folder.resolve("map.gif")));
    assertTrue(e.getMessage().endsWith("but takes a name in .svg or .png"), e.getMessage());
  }
}
