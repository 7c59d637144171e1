package recurve.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts tokens in windows of about a second, and what the processor could compute right after each
 * of them.
 *
 * <p>Time between windows, when others may have their turn, is not counted.
 */
final class Windows {
  private static final double WINDOW = 1; // seconds

  private final double warmUp;
  private final double seconds;
  private final double flop;
  private final Peak peak;
  private final Training.Watch watch;
  private final List<Double> rates = new ArrayList<>();
  private final List<Double> limits = new ArrayList<>();
  private final List<Double> shares = new ArrayList<>();
  private final long start;
  private double firstStep = -1;
  private double passed;
  private long since;
  private long tokens;

  /**
   * Begins the first window.
   *
   * @param warmUp seconds of windows that do not count
   * @param seconds of those that do
   * @param flop floating-point operations of a token
   */
  Windows(double warmUp, double seconds, double flop, int threads, Training.Watch watch) {
    this.warmUp = warmUp;
    this.seconds = seconds;
    this.flop = flop;
    this.watch = watch;
    peak = new Peak(threads);
    watch.begin();
    start = System.nanoTime();
    since = start;
  }

  /** A step is over; returns whether it was the last that is wanted. */
  boolean step(long trained) {
    long now = System.nanoTime();
    tokens += trained;
    if (firstStep < 0) firstStep = (now - start) / 1e9;
    double window = (now - since) / 1e9;
    if (window < WINDOW) return false;
    boolean warm = passed >= warmUp;
    passed += window;
    double rate = tokens / window, limit = peak.gflops(), share = rate * flop / (limit * 1e9);
    if (warm) {
      rates.add(rate);
      limits.add(limit);
      shares.add(share);
    }
    watch.end(rate, share, warm);
    if (!rates.isEmpty() && passed > warmUp + seconds) return true;
    watch.begin();
    tokens = 0;
    since = System.nanoTime();
    return false;
  }

  /** What the windows that count say. */
  Training.Rate rate() {
    double[] sorted = rates.stream().mapToDouble(d -> d).sorted().toArray();
    return new Training.Rate(
        median(rates),
        sorted[0],
        sorted[sorted.length - 1],
        median(shares),
        median(limits),
        firstStep);
  }

  private static double median(List<Double> values) {
    return values.stream().mapToDouble(d -> d).sorted().toArray()[values.size() / 2];
  }
}
