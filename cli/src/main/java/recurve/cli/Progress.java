package recurve.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import recurve.task.Report;
import recurve.train.Listener;

/**
 * Shows how training goes: on a terminal one line written over and over, in a log a line now and
 * then; and in both a line for each pass.
 */
final class Progress implements Listener, AutoCloseable {
  private static final double TERMINAL_SECONDS = 0.2;
  private static final double LOG_SECONDS = 10;
  private static final int COLUMNS = 79; // a line that wraps cannot be written over
  private static final String CLEAR = "\r\u001b[K"; // to the line's begin, and erase it

  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier nanos;
  private int epochs = 1;
  private long last; // when a line was shown
  private boolean unfinished; // a line that is to be written over
  private Pace recent = Pace.recent(0);
  private Pace pass = Pace.since(0);

  /**
   * Shows progress.
   *
   * @param terminal whether a line can be written over
   * @param nanos the time, as {@link System#nanoTime}
   */
  Progress(PrintStream out, boolean terminal, LongSupplier nanos) {
    this.out = out;
    this.terminal = terminal;
    this.nanos = nanos;
  }

  @Override
  public void begin(long parameters, int batches, int passes) {
    epochs = passes;
    last = nanos.getAsLong();
    recent = Pace.recent(last);
    pass = Pace.since(last);
    out.println(
        String.format(
            Locale.ROOT,
            "%,d parameters, %,d batches an epoch, %d epochs",
            parameters,
            batches,
            passes));
  }

  @Override
  public void step(Step step) {
    long now = nanos.getAsLong();
    recent.add(step, now);
    pass.add(step, now);
    if ((now - last) / 1e9 < (terminal ? TERMINAL_SECONDS : LOG_SECONDS)) return;
    last = now;
    if (terminal) {
      out.print(CLEAR + brief(step, now));
      out.flush();
      unfinished = true;
    } else {
      out.println(brief(step, now) + "  rate " + figure(step.rate()));
    }
  }

  private String brief(Step step, long now) {
    String line =
        String.format(
            Locale.ROOT,
            "epoch %d/%d, batch %d/%d  %s  %,.0f tokens/s  %s left",
            step.epoch() + 1,
            epochs,
            step.batch() + 1,
            step.batches(),
            loss(step.mean()),
            recent.tokensPerSecond(now),
            duration(left(step, now)));
    return terminal && line.length() > COLUMNS ? line.substring(0, COLUMNS) : line;
  }

  /** Seconds until the last batch of the last pass, at the pace of the last while. */
  private double left(Step step, long now) {
    long batches = step.batches() - step.batch() - 1;
    batches += (long) (epochs - step.epoch() - 1) * step.batches();
    return batches * recent.secondsPerBatch(now);
  }

  @Override
  public void epoch(Epoch epoch) {
    long now = nanos.getAsLong();
    out.println(
        (terminal ? CLEAR : "")
            + String.format(
                Locale.ROOT,
                "epoch %d/%d  training: %s%s  %,.0f tokens/s  rate %s  %s",
                epoch.epoch() + 1,
                epoch.epochs(),
                loss(epoch.mean()),
                validation(epoch),
                pass.tokensPerSecond(now),
                figure(epoch.rate()),
                duration(pass.seconds(now))));
    unfinished = false;
    last = now;
    pass = Pace.since(now);
  }

  /** Ends a line that would have been written over: what comes next has its own. */
  @Override
  public void close() {
    if (unfinished) out.println();
    unfinished = false;
  }

  private static String validation(Epoch epoch) {
    Optional<Report> report = epoch.validation();
    if (report.isEmpty()) return "";
    return "  validation: " + figures(report.get()) + (epoch.best() ? " (best)" : "");
  }

  /** A report in a line. */
  static String figures(Report report) {
    return report.figures().entrySet().stream()
        .map(e -> e.getKey().replace('_', ' ') + " " + figure(e.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** The mean loss in nats, and as what it would be for one of how many equally likely choices. */
  private static String loss(double mean) {
    return String.format(Locale.ROOT, "loss %.3f (perplexity %s)", mean, figure(Math.exp(mean)));
  }

  /** A number with as many digits as are worth reading. */
  static String figure(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e9) return Long.toString((long) value);
    double size = Math.abs(value);
    String form = size >= 100 ? "%.1f" : size >= 1 ? "%.3f" : size >= 0.001 ? "%.4f" : "%.2e";
    return String.format(Locale.ROOT, form, value);
  }

  /** Seconds as {@code 0:42}, {@code 12:05} or {@code 1:02:33}. */
  static String duration(double seconds) {
    long s = Math.round(seconds);
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
}
