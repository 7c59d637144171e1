package recurve.cli;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import recurve.train.Listener;
import recurve.train.Snapshot;

/**
 * Has the heap swept after a checkpoint, when as much has been left behind as is in use.
 *
 * <p>A checkpoint and an evaluation hold copies of all weights for some seconds, long enough to be
 * taken for lasting. The serial collector rather takes more memory than looks at those again: 30 to
 * 40 MB more after each pass of a model of 5 million parameters, up to the limit of the heap. The
 * application knows when they are gone.
 */
final class Sweeper implements Listener {
  private static final long LITTLE = 128L << 20; // bytes that are not worth a collection

  private final LongSupplier used;
  private final Runnable sweep;
  private long lasting; // bytes in use after the last collection

  Sweeper() {
    this(Sweeper::used, System::gc);
  }

  /**
   * Sweeps by other means.
   *
   * @param used how many bytes of the heap are taken, by what is in use and what is not
   */
  Sweeper(LongSupplier used, Runnable sweep) {
    this.used = used;
    this.sweep = sweep;
  }

  private static long used() {
    var machine = Runtime.getRuntime();
    return machine.totalMemory() - machine.freeMemory();
  }

  @Override
  public void checkpoint(Supplier<Snapshot> snapshot, boolean best) {
    if (used.getAsLong() - lasting <= Math.max(lasting, LITTLE)) return;
    sweep.run();
    lasting = used.getAsLong();
  }
}
