package recurve.backend.amx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import recurve.backend.WeightType;

class PartsTest {
  private static final int LINES = 5, STRIDE = 37, APART = 18, NEXT = 100;
  private static final float[] SPECIAL = {
    0,
    -0f,
    1,
    Float.NaN,
    Float.intBitsToFloat(0x7f800001),
    Float.intBitsToFloat(0x7fffffff),
    Float.intBitsToFloat(0x3f808000),
    Float.intBitsToFloat(0x3f818000),
    Float.intBitsToFloat(0x3f7fffff),
    0x1p-100f,
    -3.3e38f
  };

  private static float[] numbers() {
    float[] from = new float[LINES * STRIDE + APART];
    var random = new Random(1);
    for (int i = 0; i < from.length; i++) {
      from[i] = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(-60, 120));
    }
    System.arraycopy(SPECIAL, 0, from, 2, SPECIAL.length);
    return from;
  }

  /** A part of a number of a line: the first half of each whole number is of the first one. */
  private static float part(int[] to, int line, int pair, boolean second, int part) {
    int both = to[line * 16 + pair + part * NEXT];
    return WeightType.ofBf16((short) (second ? both >>> 16 : both));
  }

  @Test
  void threePartsAreTheNumber() {
    float[] from = numbers();
    int[] to = new int[3 * NEXT];
    Parts.THREE.split(from, 1, APART, STRIDE, LINES, to, 0, NEXT);
    for (int line = 0; line < LINES; line++) {
      for (int pair = 0; pair < 16; pair++) {
        for (boolean second : new boolean[] {false, true}) {
          float number = from[1 + line * STRIDE + pair + (second ? APART : 0)];
          float high = part(to, line, pair, second, 0), middle = part(to, line, pair, second, 1);
          float low = part(to, line, pair, second, 2);
          if (Float.isNaN(number)) {
            assertTrue(Float.isNaN(low), "NaN is lost");
          } else {
            assertTrue(number == high + (double) middle + low, "of three parts: " + number);
            assertTrue(Math.abs(number - high) <= Math.abs(number) * 0x1p-8, "high: " + number);
          }
        }
      }
    }
  }

  @Test
  void onePartIsWhatWeightsAreRoundedTo() {
    float[] from = numbers();
    int[] to = new int[NEXT];
    Parts.ONE.split(from, 1, APART, STRIDE, LINES, to, 0, NEXT);
    for (int line = 0; line < LINES; line++) {
      for (int pair = 0; pair < 16; pair++) {
        int at = 1 + line * STRIDE + pair;
        int both = to[line * 16 + pair];
        assertEquals(WeightType.toBf16(from[at]), (short) both, "first of " + from[at]);
        assertEquals(WeightType.toBf16(from[at + APART]), (short) (both >>> 16), "second");
      }
    }
  }
}
