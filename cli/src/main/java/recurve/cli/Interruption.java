package recurve.cli;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * What happens when a signal ends the process: work that can be gone on with later is asked to
 * stop, and the process waits until it has and everything is told. Other work just ends.
 *
 * <p>The exit code is Java's own then: 130 after SIGINT, 143 after SIGTERM.
 */
final class Interruption {
  private final CountDownLatch told = new CountDownLatch(1);
  private final Object lock = new Object();
  private Optional<Runnable> stop = Optional.empty();
  private boolean happened;

  /** A piece of work that can be stopped; closed when it is done. */
  final class Work implements AutoCloseable {
    private Work() {}

    /** Whether it was asked to stop. */
    boolean isStopped() {
      synchronized (lock) {
        return happened;
      }
    }

    @Override
    public void close() {
      synchronized (lock) {
        stop = Optional.empty();
      }
    }
  }

  /** Begins work that a signal stops. */
  Work work(Runnable toStop) {
    synchronized (lock) {
      stop = Optional.of(toStop);
      if (happened) toStop.run();
    }
    return new Work();
  }

  /** A signal came; returns when the process may end. */
  void signal() {
    synchronized (lock) {
      happened = true;
      if (stop.isEmpty()) return;
      stop.get().run();
    }
    try {
      told.await();
    } catch (InterruptedException e) { // nobody does that; if so, wait no longer
      Thread.currentThread().interrupt();
    }
  }

  /** Everything is written and told. */
  void over() {
    told.countDown();
  }
}
