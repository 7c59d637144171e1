package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SweeperTest {
  private static final long MB = 1 << 20;

  /**
   * Garbage never exceeds what is in use by more than one checkpoint's; few collections do that.
   */
  @Test
  void garbageOfManyPassesDoesNotPileUp() {
    long inUse = 200 * MB, ofOnePass = 40 * MB;
    var used = new AtomicLong(inUse);
    var sweeps = new AtomicInteger();
    var sweeper =
        new Sweeper(
            used::get,
            () -> {
              sweeps.incrementAndGet();
              used.set(inUse);
            });
    long most = 0;
    for (int pass = 0; pass < 100; pass++) {
      most = Math.max(most, used.addAndGet(ofOnePass));
      sweeper.checkpoint(
          () -> {
            throw new AssertionError("a sweeper needs no snapshot");
          },
          false);
    }
    assertEquals(2 * inUse + ofOnePass, most);
    assertEquals(17, sweeps.get());
  }

  @Test
  void littleGarbageIsLeftAlone() {
    var sweeps = new AtomicInteger();
    var sweeper = new Sweeper(() -> 100 * MB, sweeps::incrementAndGet);
    sweeper.checkpoint(() -> null, true);
    assertEquals(0, sweeps.get());
  }
}
