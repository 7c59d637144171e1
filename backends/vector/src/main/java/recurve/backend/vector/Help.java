package recurve.backend.vector;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets a thread that has done its share take rows of a loop from one that has not.
 *
 * <p>A loop whose rows are apart is cut once, since each piece reads all weights again; then a core
 * that is slower, because of other programs or of longer rows, keeps the others waiting. Between
 * two steps it can give rows away, as nobody else looks at them.
 */
final class Help {
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicInteger idle = new AtomicInteger();
  private final AtomicReference<@Nullable Rest> offered = new AtomicReference<>();

  /** The steps of a loop from one on, for some of its rows. */
  record Rest(Loop loop, int from, int to, int step) {
    void run(Frame frame) {
      loop.run(frame, from, to, step);
    }
  }

  /** So many threads begin. */
  void begin(int threads) {
    busy.set(threads);
  }

  /** Whether some thread would take rows now. */
  boolean isWanted() {
    return idle.get() > 0 && offered.get() == null;
  }

  /** Offers rows; whoever is free runs them, the giver itself if nobody else is. */
  boolean offer(Rest rest) {
    return offered.compareAndSet(null, rest);
  }

  /** A thread has done its share: it helps until nobody has anything to give. */
  void finish(Frame frame) {
    busy.decrementAndGet();
    idle.incrementAndGet();
    try {
      // whoever offers comes here later, so nothing that is offered is left
      for (long since = System.nanoTime(); busy.get() > 0 || offered.get() != null; ) {
        Rest rest = offered.getAndSet(null);
        if (rest != null) {
          take(rest, frame);
          since = System.nanoTime();
        } else if (Workers.isAwake(since)) {
          Thread.onSpinWait();
        } else {
          LockSupport.parkNanos(this, Workers.NAP);
        }
      }
    } finally {
      idle.decrementAndGet();
    }
  }

  private void take(Rest rest, Frame frame) {
    idle.decrementAndGet();
    busy.incrementAndGet();
    try {
      rest.run(frame);
    } finally {
      busy.decrementAndGet();
      idle.incrementAndGet();
    }
  }
}
