package recurve.backend.vector;

import java.util.Arrays;
import java.util.Random;

/** Prints the speed of products of the sizes of language models, checked: GFLOP/s, one thread. */
final class ProductBench {
  private ProductBench() {}

  public static void main(String[] args) {
    var products = new Products();
    int[][] sizes = {
      {10, 200, 800},
      {20, 200, 800},
      {10, 800, 200},
      {400, 200, 800},
      {400, 800, 200},
      {400, 200, 10000},
      {400, 10000, 200},
      {200, 400, 800},
      {200, 400, 10000},
      {20, 650, 2600},
      {700, 650, 10000},
      {7, 13, 37}
    };
    for (int round = 0; round < 2; round++) {
      for (int[] s : sizes) time(products, s[0], s[1], s[2]);
    }
  }

  private static void time(Products products, int m, int k, int n) {
    var random = new Random(1);
    float[] a = fill(random, m * k), b = fill(random, k * n), c = new float[m * n];
    float[] packed = new float[Panels.size(k, n)];
    var frame = new Frame(0);
    double[] gflops = new double[9], pack = new double[9], packT = new double[9];
    int repeats = (int) Math.max(1, 40e6 * 2 / (m * (double) k * n));
    float[] bt = new float[k * n];
    for (int i = 0; i < k; i++) for (int j = 0; j < n; j++) bt[j * k + i] = b[i * n + j];
    for (int w = 0; w < gflops.length; w++) {
      long t = System.nanoTime();
      for (int r = 0; r < 1 + repeats / 10; r++)
        Panels.pack(bt, 0, 1, k, k, n, 0, Panels.count(n), packed);
      packT[w] = (System.nanoTime() - t) / (double) k / n / (1 + repeats / 10);
      t = System.nanoTime();
      for (int r = 0; r < 1 + repeats / 10; r++)
        Panels.pack(b, 0, n, 1, k, n, 0, Panels.count(n), packed);
      pack[w] = (System.nanoTime() - t) / (double) k / n / (1 + repeats / 10);
      t = System.nanoTime();
      for (int r = 0; r < repeats; r++) {
        products.multiply(
            m,
            k,
            n,
            a,
            0,
            k,
            packed,
            0,
            Panels.count(n),
            c,
            0,
            n,
            false,
            Products.Walk.NEAR,
            frame);
      }
      gflops[w] = 2.0 * m * k * n * repeats / (System.nanoTime() - t);
    }
    double worst = 0;
    for (int probe = 0; probe < 50; probe++) {
      int i = random.nextInt(m), j = random.nextInt(n);
      double sum = 0;
      for (int q = 0; q < k; q++) sum += (double) a[i * k + q] * b[q * n + j];
      worst = Math.max(worst, Math.abs(sum - c[i * n + j]));
    }
    Arrays.sort(gflops);
    Arrays.sort(pack);
    Arrays.sort(packT);
    System.out.printf(
        "%4d x %5d x %5d: %6.1f GFLOP/s (best %.1f), packing %.2f ns, transposed %.2f ns an"
            + " element; error %.1e%n",
        m, k, n, gflops[4], gflops[8], pack[4], packT[4], worst);
  }

  private static float[] fill(Random random, int n) {
    float[] f = new float[n];
    for (int i = 0; i < n; i++) f[i] = random.nextFloat() - 0.5f;
    return f;
  }
}
