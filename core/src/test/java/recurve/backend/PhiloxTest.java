package recurve.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PhiloxTest {
  /** The known answers that the Random123 library ships for philox4x32 with 10 rounds. */
  @Test
  void knownAnswers() {
    int[] zeros = {0, 0, 0, 0};
    Philox.block(zeros, 0, 0);
    assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, zeros);

    int[] ones = {-1, -1, -1, -1};
    Philox.block(ones, -1, -1);
    assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, ones);

    int[] pi = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    Philox.block(pi, 0xa4093822, 0x299f31d0);
    assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}, pi);
  }

  @Test
  void anElementIsAWordOfItsBlock() {
    int[] block = {1, 7, 5, 0}; // elements 4 to 7 of stream 7 at step 5
    Philox.block(block, 11, 13);
    for (int i = 0; i < 4; i++) {
      float expected = (float) ((block[i] & 0xFFFFFFFFL) >> 8) / (1 << 24);
      assertEquals(expected, Philox.uniform(11, 13, 7, 5, 4 + i));
    }
  }

  @Test
  void unitsLieInTheHalfOpenInterval() {
    assertEquals(0f, Philox.unit(0xFF));
    assertEquals(1 - 0x1p-24f, Philox.unit(-1));
    double sum = 0;
    for (int i = 0; i < 10_000; i++) sum += Philox.uniform(1, 2, 3, 4, i);
    assertTrue(Math.abs(sum / 10_000 - 0.5) < 0.01, "mean " + sum / 10_000);
  }
}
