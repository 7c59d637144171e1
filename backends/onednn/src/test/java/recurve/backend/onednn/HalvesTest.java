package recurve.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import recurve.backend.WeightType;

class HalvesTest {
  /** The upper halves that leave the heap are those that weights are kept in. */
  @Test
  void halvesAreThoseOfWeights() {
    float[] from = new float[4 * 16 + 5];
    var random = new Random(1);
    for (int i = 0; i < from.length; i++) from[i] = Float.intBitsToFloat(random.nextInt());
    float[] special = {
      0,
      -0f,
      Float.NaN,
      Float.intBitsToFloat(0x7f800001),
      Float.POSITIVE_INFINITY,
      Float.MAX_VALUE,
      Float.MIN_VALUE,
      Float.intBitsToFloat(0x3f808000)
    };
    System.arraycopy(special, 0, from, 1, special.length);
    MemorySegment out = MemorySegment.ofArray(new short[from.length]);
    Halves.copy(from, 0, out, 0, from.length);
    short[] expected = new short[from.length], actual = new short[from.length];
    for (int i = 0; i < from.length; i++) {
      expected[i] = WeightType.toBf16(from[i]);
      actual[i] = out.getAtIndex(ValueLayout.JAVA_SHORT, i);
    }
    assertArrayEquals(expected, actual, Arrays.toString(from));
  }
}
