package recurve.tasks.seq2seq;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import recurve.io.checkpoint.AtomicFiles;
import recurve.option.OptionException;

/**
 * Where attention looked, as a picture: a row for each symbol said, a column for each of the
 * source, the darker the more.
 *
 * @param weights [said, at least the source's size]
 */
record HeatMap(List<String> source, List<String> said, float[][] weights) {
  private static final int CELL = 24, GAP = 12, LETTER = Png.LETTER, MOST = 100;

  HeatMap {
    source = source.stream().map(HeatMap::label).toList();
    said = said.stream().map(HeatMap::label).toList();
  }

  /** A symbol that is only a space would not be seen. */
  private static String label(String symbol) {
    return symbol.isBlank() ? "_" : symbol;
  }

  /** A weight's grey, from white for none to dark for all. */
  private static int shade(float weight) {
    return Math.round(255 - 215 * Math.max(0, Math.min(1, weight)));
  }

  private static int longest(List<String> labels) {
    return labels.stream().mapToInt(l -> l.codePointCount(0, l.length())).max().orElse(0);
  }

  private int left() {
    return GAP + longest(said) * LETTER + GAP / 2;
  }

  private int top() {
    return GAP + longest(source) * LETTER + GAP / 2;
  }

  private int width() {
    return left() + CELL * source.size() + GAP;
  }

  private int height() {
    return top() + CELL * said.size() + GAP;
  }

  /** What a picture is drawn on. */
  private interface Canvas {
    void cell(int x, int y, int size, int shade);

    /** Text whose end, or whose beginning if upright, stands at a place. */
    void text(int x, int y, String text, boolean upright);

    byte[] bytes();
  }

  /**
   * Draws maps one below the other into a file.
   *
   * @throws OptionException if the file's name has no ending of a picture, or there are too many
   */
  static void write(List<HeatMap> maps, Path file) {
    if (maps.size() > MOST) {
      throw new OptionException(
          "heatmap was asked of " + maps.size() + " lines but draws at most " + MOST);
    }
    int width = maps.stream().mapToInt(HeatMap::width).max().orElse(0);
    int height = maps.stream().mapToInt(HeatMap::height).sum();
    Canvas canvas = canvas(file.toString(), width, height);
    int y = 0;
    for (HeatMap map : maps) {
      map.draw(canvas, y);
      y += map.height();
    }
    AtomicFiles.write(file, canvas.bytes());
  }

  private static Canvas canvas(String name, int width, int height) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".svg")) return new Svg(width, height);
    if (lower.endsWith(".png")) return new Pixels(width, height);
    throw new OptionException("option heatmap is '" + name + "' but takes a name in .svg or .png");
  }

  private void draw(Canvas canvas, int from) {
    for (int s = 0; s < source.size(); s++) {
      int x = left() + s * CELL + CELL / 2;
      canvas.text(x, from + top() - GAP / 2, source.get(s), true);
    }
    for (int t = 0; t < said.size(); t++) {
      int y = from + top() + t * CELL;
      canvas.text(left() - GAP / 2, y + CELL / 2, said.get(t), false);
      for (int s = 0; s < source.size(); s++) {
        canvas.cell(left() + s * CELL, y, CELL - 1, shade(weights[t][s]));
      }
    }
  }

  /** As SVG, which browsers and documents show. */
  private static final class Svg implements Canvas {
    private final StringBuilder text = new StringBuilder();

    Svg(int width, int height) {
      text.append(
          String.format(
              Locale.ROOT,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                  + " font-family=\"monospace\" font-size=\"18\">%n"
                  + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
              width,
              height));
    }

    @Override
    public void cell(int x, int y, int size, int shade) {
      text.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"rgb(%d,%d,%d)\""
                  + " stroke=\"#dddddd\"/>%n",
              x,
              y,
              size,
              size,
              shade,
              shade,
              Math.min(255, shade + 30)));
    }

    @Override
    public void text(int x, int y, String label, boolean upright) {
      String place =
          upright
              ? String.format(
                  Locale.ROOT,
                  "x=\"%d\" y=\"%d\" transform=\"rotate(-90 %d %d)\"",
                  x + 6,
                  y,
                  x + 6,
                  y)
              : String.format(Locale.ROOT, "x=\"%d\" y=\"%d\" text-anchor=\"end\"", x, y + 6);
      text.append("<text ").append(place).append('>').append(escaped(label));
      text.append("</text>").append(System.lineSeparator());
    }

    private static String escaped(String label) {
      var safe = new StringBuilder();
      label
          .codePoints()
          .forEach(
              c -> {
                boolean plain = c >= ' ' && c != '<' && c != '>' && c != '&' && c != '"';
                if (plain) safe.appendCodePoint(c);
                else safe.append(c < ' ' ? "?" : "&#" + c + ";");
              });
      return safe.toString();
    }

    @Override
    public byte[] bytes() {
      return (text + "</svg>" + System.lineSeparator())
          .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  /** As PNG. */
  private static final class Pixels implements Canvas {
    private final Png png;

    Pixels(int width, int height) {
      png = new Png(width, height);
    }

    @Override
    public void cell(int x, int y, int size, int shade) {
      png.fill(x, y, size, size, 0xdd);
      png.fill(x + 1, y + 1, size - 2, size - 2, shade);
    }

    @Override
    public void text(int x, int y, String label, boolean upright) {
      int[] letters = label.codePoints().toArray();
      for (int i = 0; i < letters.length; i++) {
        if (upright) {
          png.glyph(x - 7, y - i * LETTER, letters[i], true);
        } else {
          png.glyph(x - (letters.length - i) * LETTER, y - 7, letters[i], false);
        }
      }
    }

    @Override
    public byte[] bytes() {
      return png.bytes();
    }
  }
}
