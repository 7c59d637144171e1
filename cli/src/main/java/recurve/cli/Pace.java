package recurve.cli;

import recurve.train.Listener;

/** Batches and tokens since a moment. */
final class Pace {
  private final long since;
  private long batches;
  private long tokens;

  /** Counts from a moment, in nanoseconds. */
  Pace(long since) {
    this.since = since;
  }

  void add(Listener.Step step) {
    batches++;
    tokens += step.tokens();
  }

  double seconds(long now) {
    return Math.max(1e-9, (now - since) / 1e9);
  }

  double tokensPerSecond(long now) {
    return tokens / seconds(now);
  }

  double secondsPerBatch(long now) {
    return seconds(now) / Math.max(1, batches);
  }
}
