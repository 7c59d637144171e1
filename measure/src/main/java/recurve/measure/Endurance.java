package recurve.measure;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import recurve.backend.Backend;
import recurve.train.Listener;
import recurve.train.Trainer;

/**
 * Trains for a long time and tells whether it slows down, allocates, or grows.
 *
 * <p>The first interval has the compilation and the warm-up in it.
 */
public final class Endurance {
  private static final Path STATUS = Path.of("/proc/self/status");

  private final Workload workload;
  private final Backend backend;
  private final int threads;
  private final double interval;

  /**
   * Prepares to train a workload.
   *
   * @param interval seconds between two reports
   */
  public Endurance(Workload workload, Backend backend, int threads, double interval) {
    this.workload = workload;
    this.backend = backend;
    this.threads = threads;
    this.interval = interval;
  }

  /**
   * What an interval showed.
   *
   * @param number of the interval, the first is 1
   * @param tokensPerSecond its mean
   * @param bytesPerStep what all threads allocated on the Java heap, for each step
   * @param collections of the garbage collector in it
   * @param resident bytes of memory that the process held at its end, where the system tells
   */
  public record Interval(
      int number,
      double tokensPerSecond,
      double bytesPerStep,
      long collections,
      OptionalLong resident) {}

  /** Trains for so many intervals, and tells after each. */
  public void run(int intervals, Consumer<Interval> watch) {
    var trainer = new Trainer(workload.model(), backend, threads);
    trainer.fit(workload.text(), Optional.empty(), new Meter(intervals, watch, trainer::stop));
  }

  private final class Meter implements Listener {
    private final int intervals;
    private final Consumer<Interval> watch;
    private final Runnable stop;
    private final ThreadMXBean memory;
    private int number;
    private long since = System.nanoTime();
    private long tokens;
    private long steps;
    private long allocated;
    private long collections;

    Meter(int intervals, Consumer<Interval> watch, Runnable stop) {
      this.intervals = intervals;
      this.watch = watch;
      this.stop = stop;
      this.memory = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
      this.allocated = memory.getTotalThreadAllocatedBytes();
      this.collections = collections();
    }

    @Override
    public void step(Step step) {
      if (number == intervals) return;
      tokens += step.tokens();
      steps++;
      double seconds = (System.nanoTime() - since) / 1e9;
      if (seconds < interval) return;
      long bytes = memory.getTotalThreadAllocatedBytes(), gcs = collections();
      number++;
      watch.accept(
          new Interval(
              number,
              tokens / seconds,
              (double) (bytes - allocated) / steps,
              gcs - collections,
              resident()));
      if (number == intervals) stop.run();
      since = System.nanoTime();
      tokens = 0;
      steps = 0;
      // what the report itself took is nobody's
      allocated = memory.getTotalThreadAllocatedBytes();
      collections = gcs;
    }
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  /** Of this process; only Linux tells. */
  private static OptionalLong resident() {
    if (!Files.isReadable(STATUS)) return OptionalLong.empty();
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(l -> l.startsWith("VmRSS:"))
          .mapToLong(l -> 1024 * Long.parseLong(l.replaceAll("\\D", "")))
          .findFirst();
    } catch (IOException e) { // the figure is left out
      return OptionalLong.empty();
    }
  }
}
