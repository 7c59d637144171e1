package recurve.backend.vector;

import java.util.ArrayList;
import java.util.List;

/**
 * Runs kernels on little data until the just-in-time compiler has done its best with them.
 *
 * <p>Before that a kernel boxes every vector and is hundreds of times slower, and the first large
 * call would crawl for as long as it runs. The compiler works beside the calls, one method after
 * the other, so all kernels are called in turn.
 */
final class WarmUp {
  // compiled at last, compared with interpreted; with its first compiler it gains ten to thirty
  private static final int FASTER = 150;
  // ns: no call that boxes vectors is so short, so there is nothing to wait for
  private static final long QUICK = 10_000;
  private static final int CALLS = 20; // between two looks at the clock
  private static final long PATIENCE = 6_000_000_000L; // ns: other work may hold the compiler up

  /** A kernel that is not fast yet, and what a call took at first. */
  private record Slow(Runnable kernel, long first) {}

  /** Runs each until it is fast. */
  void run(List<? extends Runnable> kernels) {
    var slow = new ArrayList<Slow>();
    for (Runnable kernel : kernels) {
      kernel.run(); // loads classes
      slow.add(new Slow(kernel, time(kernel)));
    }
    long start = System.nanoTime();
    while (!slow.isEmpty() && System.nanoTime() - start < PATIENCE) slow.removeIf(WarmUp::isFast);
  }

  private static boolean isFast(Slow slow) {
    for (int i = 1; i < CALLS; i++) slow.kernel().run();
    long now = time(slow.kernel());
    return now < QUICK || now * FASTER < slow.first();
  }

  private static long time(Runnable kernel) {
    long from = System.nanoTime();
    kernel.run();
    return System.nanoTime() - from;
  }
}
