package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static recurve.backend.vector.Products.Walk.NEAR;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packed products against three loops, at sizes around the borders of tiles, panels and blocks. */
class ProductsTest {
  private static final Products PRODUCTS = new Products();

  /** The twin: the same fused multiply-adds in the same order, so the same bits. */
  private static float[] plain(int m, int k, int n, float[] a, float[] b, float[] c) {
    float[] r = c.clone();
    int[] order = order(k);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        for (int p : order) r[i * n + j] = Math.fma(a[i * k + p], b[p * n + j], r[i * n + j]);
      }
    }
    return r;
  }

  /** The places of a sum in the order in which a kernel comes to them. */
  private static int[] order(int k) {
    var order = IntStream.builder();
    for (int from = 0; from < k; from += Panels.block(k)) {
      int part = Panels.filled(Math.min(Panels.block(k), k - from)) / Tiles.STREAMS;
      for (int turn = 0; turn < part; turn += Tiles.RUN) {
        for (int stream = 0; stream < Tiles.STREAMS; stream++) {
          for (int ahead = 0; ahead < Tiles.RUN; ahead++) {
            order.add(from + stream * part + turn + ahead);
          }
        }
      }
    }
    return order.build().filter(p -> p < k).toArray(); // a depth is filled up with zeros
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "5, 7, 16",
    "6, 200, 17",
    "7, 513, 33",
    "7, 801, 33",
    "13, 1025, 15",
    "50, 3, 300",
    "500, 300, 20",
    "20, 200, 800",
    "1, 1300, 400",
    "11, 1601, 40",
    "323, 801, 33",
    "640, 90, 35",
    "641, 90, 35",
    "20, 801, 700"
  })
  void sameBitsAsPlainLoops(int m, int k, int n) {
    var random = new Random(m + 31 * k + 1009 * n);
    float[] a = floats(random, m * k), b = floats(random, k * n), c = floats(random, m * n);
    float[] turned = new float[b.length]; // b, column by column
    for (int i = 0; i < k; i++) for (int j = 0; j < n; j++) turned[j * k + i] = b[i * n + j];
    int panels = Panels.count(n);
    float[] packed = new float[Panels.size(k, n)], other = packed.clone();
    Panels.pack(b, 0, n, 1, k, n, 0, panels, packed);
    Panels.pack(turned, 0, 1, k, k, n, 0, panels / 2, other);
    Panels.pack(turned, 0, 1, k, k, n, panels / 2, panels, other);
    assertArrayEquals(packed, other, "panels of a transposed matrix");

    var frame = new Frame(0);
    float[] fresh = c.clone(), added = c.clone();
    PRODUCTS.multiply(m, k, n, a, 0, k, packed, 0, panels, fresh, 0, n, false, NEAR, frame);
    assertArrayEquals(plain(m, k, n, a, b, new float[m * n]), fresh);
    for (Products.Walk walk : Products.Walk.values()) {
      float[] far = c.clone();
      PRODUCTS.multiply(m, k, n, a, 0, k, packed, 0, panels, far, 0, n, false, walk, frame);
      assertArrayEquals(fresh, far, walk.toString());
    }
    int filled = Panels.filled(k), lda = Tiles.STRIDE;
    if (Products.canLie(filled)) {
      float[] laid = new float[m * lda], asItLies = c.clone();
      for (int i = 0; i < m; i++) System.arraycopy(a, i * k, laid, i * lda, k);
      PRODUCTS.multiply(
          m, filled, n, laid, 0, lda, packed, 0, panels, asItLies, 0, n, false, NEAR, frame);
      assertArrayEquals(fresh, asItLies, "a left side that is laid out");
    }
    int half = m / 2; // the border between two threads' rows
    PRODUCTS.multiply(half, k, n, a, 0, k, packed, 0, panels, added, 0, n, true, NEAR, frame);
    PRODUCTS.multiply(
        m - half, k, n, a, half * k, k, packed, 0, panels, added, half * n, n, true, NEAR, frame);
    assertArrayEquals(plain(m, k, n, a, b, c), added);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 16, false",
    "1, 1, 16, false",
    "6, 2, 32, false",
    "12, 2, 40, false",
    "1, 0, 16, true",
    "6, 2, 32, true"
  })
  void tilesTouchNothingBesideThem(int rows, int panels, int spare, boolean fetches) {
    int ldc = panels * Panels.WIDTH + spare;
    float[] c = new float[(rows + 2) * ldc];
    java.util.Arrays.fill(c, 7);
    float[] ones = new float[rows * Tiles.STRIDE + 16 * Panels.WIDTH];
    java.util.Arrays.fill(ones, 1);
    int height = Math.min(rows, Tiles.HEIGHT);
    Tile tile = new Tiles().of(height, false, fetches);
    tile.run(8, ones, 0, ones, 0, panels, c, ldc, ldc, 0);
    for (int i = 0; i < c.length; i++) {
      int row = i / ldc - 1, column = i % ldc;
      boolean inside = row >= 0 && row < height && column < panels * Panels.WIDTH;
      assertEquals(inside ? 8 : 7, c[i], "element " + i);
    }
  }

  private static float[] floats(Random random, int n) {
    float[] f = new float[n];
    for (int i = 0; i < n; i++) f[i] = random.nextFloat() - 0.5f;
    return f;
  }
}
