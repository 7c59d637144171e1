package recurve.backend;

/**
 * Philox-4x32-10, the counter-based generator of Salmon et al. 2011: random numbers as a pure
 * function of a key and a counter.
 *
 * <p>What {@link recurve.ir.Op.RandomUniform} draws is defined here, for every backend.
 */
public final class Philox {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  private Philox() {}

  /** Enciphers a counter of four words, in place, under a key of two. */
  public static void block(int[] counter, int key0, int key1) {
    int c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    int k0 = key0, k1 = key1;
    for (int round = 0; round < ROUNDS; round++) {
      long p0 = MULTIPLIER_0 * (c0 & 0xFFFFFFFFL);
      long p1 = MULTIPLIER_1 * (c2 & 0xFFFFFFFFL);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    counter[0] = c0;
    counter[1] = c1;
    counter[2] = c2;
    counter[3] = c3;
  }

  /** A word of a block as a number in [0, 1): its upper 24 bits times 2^-24. */
  public static float unit(int word) {
    return (word >>> 8) * 0x1p-24f;
  }

  /**
   * One number in [0, 1).
   *
   * @param seedLo key word 0
   * @param seedHi key word 1
   * @param stream which use of randomness in the graph
   * @param step key word 2
   * @param element the index in row-major order
   */
  public static float uniform(int seedLo, int seedHi, int stream, int step, int element) {
    int[] block = {element >>> 2, stream, step, 0};
    block(block, seedLo, seedHi);
    return unit(block[element & 3]);
  }
}
