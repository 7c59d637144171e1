package recurve.io.text;

import java.util.OptionalInt;

/** Well-formed UTF-8, by table 3-7 of the Unicode standard. */
final class Utf8 {
  private Utf8() {}

  /** Where the first character begins that is not well-formed, or is NUL. */
  static OptionalInt firstInvalid(byte[] b, int from, int to) {
    int i = from;
    while (i < to) {
      if (b[i] > 0) {
        i++;
        continue;
      }
      int n = length(b, i, to);
      if (n == 0) return OptionalInt.of(i);
      i += n;
    }
    return OptionalInt.empty();
  }

  /** How many bytes the character at {@code i} has; 0 if it is none. */
  private static int length(byte[] b, int i, int to) {
    int lead = b[i] & 0xff;
    if (lead >= 0xc2 && lead <= 0xdf) return continues(b, i + 1, to, 0x80, 0xbf) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
      int low = lead == 0xe0 ? 0xa0 : 0x80; // E0 80..9F would be overlong
      int high = lead == 0xed ? 0x9f : 0xbf; // ED A0..BF would be a surrogate
      return continues(b, i + 1, to, low, high) && continues(b, i + 2, to, 0x80, 0xbf) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
      int low = lead == 0xf0 ? 0x90 : 0x80; // F0 80..8F would be overlong
      int high = lead == 0xf4 ? 0x8f : 0xbf; // F4 90.. would be above U+10FFFF
      return continues(b, i + 1, to, low, high)
              && continues(b, i + 2, to, 0x80, 0xbf)
              && continues(b, i + 3, to, 0x80, 0xbf)
          ? 4
          : 0;
    }
    return 0;
  }

  private static boolean continues(byte[] b, int i, int to, int low, int high) {
    if (i >= to) return false;
    int x = b[i] & 0xff;
    return x >= low && x <= high;
  }
}
