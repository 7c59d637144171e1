package recurve.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;

/**
 * A peer's side of {@link Compare}: windows of about a second, each after a line of input, its
 * tokens a second told in a line of output.
 */
final class Turns {
  private static final double WINDOW = 1;

  private final String name;
  private final double warmUp;
  private final double seconds;
  private double passed;
  private long since;
  private long tokens;

  /** Begins when it is told to: so many seconds that do not count, then so many that do. */
  Turns(String name, double warmUp, double seconds) {
    this.name = name;
    this.warmUp = warmUp;
    this.seconds = seconds;
    begin();
  }

  private void begin() {
    try {
      while (System.in.read() > '\n') {}
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    tokens = 0;
    since = System.nanoTime();
  }

  /** A step of so many tokens is over; returns whether more are wanted. */
  boolean step(long done) {
    tokens += done;
    double window = (System.nanoTime() - since) / 1e9;
    if (window < WINDOW) return true;
    System.out.printf(Locale.ROOT, "turn %s %.1f 0 %s%n", name, tokens / window, passed >= warmUp);
    System.out.flush();
    passed += window;
    if (passed > warmUp + seconds) return false;
    begin();
    return true;
  }
}
