package recurve.io.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Vocabulary files: one entry a line, in the order of the ids.
 *
 * <p>A backslash and whatever would break a line or not be seen stand as {@code \\} and {@code
 * \\uXXXX}, so that any string is an entry, also a newline in a vocabulary of characters.
 */
final class Vocabularies {
  private Vocabularies() {}

  static byte[] write(List<String> entries) {
    var text = new StringBuilder();
    for (String entry : entries) {
      for (int i = 0; i < entry.length(); i++) escape(entry.charAt(i), entry, i, text);
      text.append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void escape(char c, String entry, int i, StringBuilder text) {
    boolean hidden = Character.isISOControl(c) || c == 0x2028 || c == 0x2029 || c == 0xfeff;
    // half a pair has no UTF-8 of its own
    boolean pair =
        Character.isHighSurrogate(c)
                && i + 1 < entry.length()
                && Character.isLowSurrogate(entry.charAt(i + 1))
            || Character.isLowSurrogate(c)
                && i > 0
                && Character.isHighSurrogate(entry.charAt(i - 1));
    if (c == '\\') {
      text.append("\\\\");
    } else if (hidden || (Character.isSurrogate(c) && !pair)) {
      text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
    } else {
      text.append(c);
    }
  }

  static List<String> read(byte[] bytes) throws FormatException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new FormatException("is not valid UTF-8");
    }
    var entries = new ArrayList<String>();
    for (int from = 0; from < text.length(); ) {
      int end = text.indexOf('\n', from);
      if (end < 0) throw new FormatException("ends in the middle of a line");
      entries.add(unescape(text.substring(from, end), entries.size() + 1));
      from = end + 1;
    }
    return entries;
  }

  private static String unescape(String line, int number) throws FormatException {
    if (line.indexOf('\\') < 0) return line;
    var text = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      if (line.charAt(i) != '\\') {
        text.append(line.charAt(i));
      } else if (line.startsWith("\\\\", i)) {
        text.append('\\');
        i++;
      } else if (line.startsWith("\\u", i) && line.substring(i).matches("\\\\u[0-9a-f]{4}.*")) {
        text.append((char) Integer.parseInt(line.substring(i + 2, i + 6), 16));
        i += 5;
      } else {
        throw new FormatException("has an unknown escape in line " + number);
      }
    }
    return text.toString();
  }
}
