package recurve.backend.vector;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one executable: they share out the units of an instruction, and wait for each
 * other.
 */
final class Workers implements AutoCloseable {
  // Awake, longer than most waits inside of a run: to be woken takes a tenth of a millisecond where
  // the processor is a virtual one. For ever would starve the compiler threads of small machines.
  private static final long AWAKE = 500_000; // ns

  /** How long who waits longer sleeps at a time where nobody wakes him. */
  static final long NAP = 50_000; // ns

  private final Help help = new Help();
  private final Frame[] frames;
  private final Thread[] threads;
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger come = new AtomicInteger(); // to all waits of a shared loop
  private volatile int round;
  private volatile boolean closed;
  private volatile @Nullable Thread waiting;
  private volatile @Nullable Throwable failure;
  private @Nullable Instruction job; // published by the write of round

  Workers(int count) {
    frames = new Frame[count];
    for (int i = 0; i < count; i++) frames[i] = new Frame(i, help);
    threads = new Thread[count - 1];
    for (int i = 0; i < threads.length; i++) {
      int worker = i + 1;
      threads[i] =
          Thread.ofPlatform()
              .daemon()
              .name("recurve-vector-" + worker)
              .unstarted(() -> work(worker));
    }
    for (Thread t : threads) t.start();
  }

  int count() {
    return frames.length;
  }

  /** The threads beside the caller's. */
  List<Thread> threads() {
    return List.of(threads);
  }

  /** Runs an instruction to its end. */
  void run(Instruction instruction) {
    int extent = instruction.extent();
    if (extent == 0) return;
    boolean alone = !isShared(instruction) && extent < 2 * instruction.grain();
    if (threads.length == 0 || alone) {
      instruction.run(frames[0], 0, extent);
      return;
    }
    job = instruction;
    waiting = Thread.currentThread();
    running.set(threads.length);
    next.set(0);
    come.set(0);
    for (Frame f : frames) f.passed = 0;
    help.begin(frames.length);
    round++;
    for (Thread t : threads) LockSupport.unpark(t);
    try {
      share(instruction, 0);
    } catch (RuntimeException | Error e) {
      fail(e);
    }
    for (long since = System.nanoTime(); running.get() > 0; ) {
      if (isAwake(since)) Thread.onSpinWait();
      else LockSupport.park(this);
    }
    Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      if (thrown instanceof RuntimeException e) throw e;
      throw (Error) thrown; // nothing else is caught
    }
  }

  private static boolean isShared(Instruction i) {
    return i instanceof Loop loop && loop.isShared();
  }

  private void share(Instruction instruction, int worker) {
    if (instruction instanceof Loop loop && loop.isShared()) {
      loop.together(frames[worker], this);
      return;
    }
    Cut cut = Cut.of(instruction, frames.length);
    try {
      // whoever is free takes the next piece: other programs may hold up a thread
      for (int p = next.getAndIncrement(); p < cut.parts(); p = next.getAndIncrement()) {
        instruction.run(frames[worker], cut.edge(p), cut.edge(p + 1));
      }
    } finally {
      if (instruction.isGiving()) help.finish(frames[worker]);
    }
  }

  /** Waits until all threads of a loop that they run together have come so far. */
  void await(Frame frame) {
    int all = ++frame.passed * frames.length;
    if (come.incrementAndGet() == all) return;
    for (long since = System.nanoTime(); come.get() < all; ) {
      if (failure != null) throw new IllegalStateException("another thread has failed");
      if (isAwake(since)) Thread.onSpinWait();
      else LockSupport.parkNanos(this, NAP);
    }
  }

  /** The first failure is the one that is told: others may follow from it. */
  private synchronized void fail(Throwable e) {
    if (failure == null) failure = e;
  }

  /** Whether a wait is so short yet that spinning is better than sleeping. */
  static boolean isAwake(long since) {
    return System.nanoTime() - since < AWAKE;
  }

  private void work(int worker) {
    int seen = 0;
    while (!closed) {
      for (long since = System.nanoTime(); round == seen && !closed; ) {
        if (isAwake(since)) Thread.onSpinWait();
        else LockSupport.park(this);
      }
      if (closed) return;
      seen++;
      try {
        Instruction mine = job;
        if (mine != null) share(mine, worker);
      } catch (RuntimeException | Error e) { // told to the caller, whose run it is
        fail(e);
      } finally {
        if (running.decrementAndGet() == 0) LockSupport.unpark(waiting);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Thread t : threads) LockSupport.unpark(t);
  }
}
