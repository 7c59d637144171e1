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
  private final double seconds;
  private double passed;
  private long since;
  private long tokens;

  /** Begins when it is told to, for so many seconds of its own at most. */
  Turns(String name, double seconds) {
    this.name = name;
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
    System.out.printf(Locale.ROOT, "turn %s %.1f 0%n", name, tokens / window);
    System.out.flush();
    passed += window;
    if (passed > seconds) return false;
    begin();
    return true;
  }
}
