package recurve.cli;

import recurve.train.Listener;

/** How fast it goes: batches and tokens since a moment. */
final class Pace {
  private static final double WINDOW_SECONDS = 15;

  private final boolean sliding;
  private Mark from;
  private Mark next; // becomes where counting begins when it is old enough
  private long batches;
  private long tokens;

  /** Where counting stood at a time. */
  private record Mark(long nanos, long batches, long tokens) {
    double age(long now) {
      return Math.max(1e-9, (now - nanos) / 1e9);
    }
  }

  private Pace(long now, boolean sliding) {
    this.sliding = sliding;
    this.from = new Mark(now, 0, 0);
    this.next = from;
  }

  /** Since a moment, in nanoseconds. */
  static Pace since(long now) {
    return new Pace(now, false);
  }

  /** Over the last while only: the first batches are slow, since Java compiles as it runs. */
  static Pace recent(long now) {
    return new Pace(now, true);
  }

  void add(Listener.Step step, long now) {
    batches++;
    tokens += step.tokens();
    if (sliding && next.age(now) >= WINDOW_SECONDS) {
      from = next;
      next = new Mark(now, batches, tokens);
    }
  }

  double seconds(long now) {
    return from.age(now);
  }

  double tokensPerSecond(long now) {
    return (tokens - from.tokens) / from.age(now);
  }

  double secondsPerBatch(long now) {
    return from.age(now) / Math.max(1, batches - from.batches);
  }
}
