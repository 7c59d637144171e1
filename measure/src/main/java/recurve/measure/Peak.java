package recurve.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The most that the processor computes: fused multiply-adds that wait for no memory and for no
 * result of each other.
 */
final class Peak {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  // enough to fill the pipelines (two units of four or five cycles), few enough for 16 registers
  private static final int CHAINS = 10;
  private static final int TRIPS = 20_000_000, SHORT = 500;
  // fresh threads may share a processor until the system has spread them
  private static final int LEAD_IN = 5_000_000;
  private static final long WARM_UP = 500_000_000; // ns

  private final int threads;

  /** Gets ready to measure so many threads together; takes half a second. */
  Peak(int threads) {
    this.threads = threads;
    long from = System.nanoTime();
    while (System.nanoTime() - from < WARM_UP) many(SHORT);
  }

  /**
   * What they compute now, in GFLOP/s, a multiply-add being two; takes about a tenth of a second.
   */
  double gflops() {
    var ready = new CountDownLatch(threads);
    long[] nanos = new long[threads];
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int own = t;
      all.add(Thread.ofPlatform().daemon().start(() -> nanos[own] = timed(ready)));
    }
    for (Thread t : all) join(t);
    double flops = 2.0 * CHAINS * FLOATS.length() * TRIPS;
    return Arrays.stream(nanos).mapToDouble(n -> flops / n).sum();
  }

  private static long timed(CountDownLatch ready) {
    ready.countDown();
    try {
      ready.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    float sum = many(LEAD_IN);
    long from = System.nanoTime();
    sum += many(TRIPS);
    long nanos = System.nanoTime() - from;
    if (Float.isNaN(sum)) throw new IllegalStateException("the sums went wrong");
    return nanos;
  }

  /** Short calls: in a long loop without safepoints the sums would end up in memory. */
  private static float many(int trips) {
    float sum = 0;
    for (int i = 0; i < trips; i += SHORT) sum += chains(SHORT);
    return sum;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ten chains of {@code s = x y + s}, the form in which the processor writes over what it adds to:
   * any other costs a move for each multiply-add, and a third where the core's other thread is
   * busy.
   */
  private static float chains(int trips) {
    FloatVector x = FloatVector.broadcast(FLOATS, 1e-3f), y = FloatVector.broadcast(FLOATS, 1e-3f);
    FloatVector a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x;
    for (int k = 0; k < trips; k++) {
      a = x.fma(y, a);
      b = x.fma(y, b);
      c = x.fma(y, c);
      d = x.fma(y, d);
      e = x.fma(y, e);
      f = x.fma(y, f);
      g = x.fma(y, g);
      h = x.fma(y, h);
      i = x.fma(y, i);
      j = x.fma(y, j);
    }
    FloatVector all = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j);
    return all.lane(0);
  }
}
