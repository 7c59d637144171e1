package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import recurve.ir.DType;

class LoopTest {
  private static final int ROWS = 8, STEPS = 30;

  /** Who did which row at which trip, in the order in which it was done. */
  private static class Diary implements Instruction {
    final List<int[]> done = Collections.synchronizedList(new ArrayList<>()); // row, trip, worker
    final int slowFrom;

    Diary(int slowFrom) {
      this.slowFrom = slowFrom;
    }

    @Override
    public int extent() {
      return ROWS;
    }

    @Override
    public long work() {
      return ROWS * 1_000_000L; // worth giving away
    }

    @Override
    public List<Access> accesses() {
      return List.of();
    }

    @Override
    public void run(Frame frame, int from, int to) {
      if (to > slowFrom) LockSupport.parkNanos(5_000_000);
      for (int row = from; row < to; row++) {
        done.add(new int[] {row, frame.trip(0), frame.worker});
      }
    }

    int[] tripsOf(int row) {
      return done.stream().filter(d -> d[0] == row).mapToInt(d -> d[1]).toArray();
    }
  }

  /** A thread whose rows take long gives some to the one that has done its own. */
  @Test
  void rowsAreGivenToWhoIsDone() {
    for (boolean reverse : new boolean[] {false, true}) {
      var diary = new Diary(ROWS / 2);
      try (var workers = new Workers(2)) {
        workers.run(new Loop(List.of(diary), STEPS, reverse, 0));
      }
      int[] order = new int[STEPS];
      Arrays.setAll(order, k -> reverse ? STEPS - 1 - k : k);
      for (int row = 0; row < ROWS; row++) {
        assertArrayEquals(order, diary.tripsOf(row), "row " + row);
      }
      long slow =
          diary.done.stream().filter(d -> d[0] >= ROWS / 2).mapToInt(d -> d[2]).distinct().count();
      assertEquals(2, slow, "threads in the slow half");
    }
  }

  /** Rows of a body around it must be done when it ends: an inner loop gives nothing away. */
  @Test
  void anInnerLoopGivesNothing() {
    var inner = new Loop(List.of(new Diary(ROWS)), STEPS, false, 1);
    assertTrue(!inner.isGiving());
    assertTrue(new Loop(List.of(inner), STEPS, false, 0).isGiving());
  }

  /** Steps that a row does not take are cleared and not committed. */
  @Test
  void rowsThatHaveEndedAreCleared() {
    int[] lengths = {3, STEPS, 0, 7, 7, 1, STEPS - 1, 2};
    Buffer buffer = Buffer.kept(DType.I32, ROWS);
    buffer.place(lengths);
    for (int threads = 1; threads <= 3; threads++) {
      Diary body = new Diary(ROWS), commit = new Diary(ROWS), clear = new Diary(ROWS);
      var ends = new Loop.Ends(View.of(buffer, new int[] {ROWS}), List.of(commit), List.of(clear));
      try (var workers = new Workers(threads)) {
        workers.run(new Loop(List.of(body), STEPS, true, 0, Optional.of(ends)));
      }
      for (int row = 0; row < ROWS; row++) {
        int length = lengths[row], rest = STEPS - length;
        int[] alive = new int[length], ended = new int[rest];
        Arrays.setAll(alive, k -> length - 1 - k);
        Arrays.setAll(ended, k -> STEPS - 1 - k);
        assertArrayEquals(alive, commit.tripsOf(row), "row " + row + " alive");
        assertArrayEquals(ended, clear.tripsOf(row), "row " + row + " ended");
        assertTrue(body.tripsOf(row).length >= length, "row " + row);
      }
      assertEquals(
          0, body.done.stream().filter(d -> d[0] == 0 && d[1] >= 3).count(), "at the edge");
    }
  }

  /** A carry that becomes the step's input has nothing to compute, only to commit. */
  @Test
  void stepsThatOnlyCommit() {
    int[] lengths = {3, 5, 0, 7, 7, 1, STEPS, 2};
    Buffer buffer = Buffer.kept(DType.I32, ROWS);
    buffer.place(lengths);
    var commit = new Diary(ROWS);
    var ends = new Loop.Ends(View.of(buffer, new int[] {ROWS}), List.of(commit), List.of());
    try (var workers = new Workers(2)) {
      workers.run(new Loop(List.of(), STEPS, false, 0, Optional.of(ends)));
    }
    for (int row = 0; row < ROWS; row++) {
      assertEquals(lengths[row], commit.tripsOf(row).length, "row " + row);
    }
  }

  /** What one thread throws is told, and keeps no other waiting. */
  @Test
  void aFailureEndsTheRun() {
    var failing =
        new Diary(ROWS) {
          @Override
          public void run(Frame frame, int from, int to) {
            if (to == ROWS && frame.trip(0) == 3) throw new IllegalStateException("the last row");
            super.run(frame, from, to);
          }
        };
    try (var workers = new Workers(3)) {
      var loop = new Loop(List.of(failing), STEPS, false, 0);
      var e = assertThrows(IllegalStateException.class, () -> workers.run(loop));
      assertEquals("the last row", e.getMessage());
      var diary = new Diary(ROWS);
      workers.run(new Loop(List.of(diary), STEPS, false, 0));
      assertEquals(ROWS * STEPS, diary.done.size(), "the next run");
    }
  }

  /** One whose rows look at each other's, so that threads must do it together. */
  private static class Mixing extends Diary {
    private final View memory =
        View.of(Buffer.kept(DType.F32, ROWS), new int[] {ROWS}); // written, but not row by row

    Mixing() {
      super(ROWS + 1);
    }

    @Override
    public List<Access> accesses() {
      return List.of(Access.writes(memory, false));
    }
  }

  /** Nobody begins with the second instruction before all have done the first, in every step. */
  @Test
  void threadsRunASharedLoopInStep() {
    for (int threads : new int[] {1, 2, 3, 8, 11}) {
      var order = Collections.synchronizedList(new ArrayList<Integer>()); // 2 * trip + which
      Mixing first = told(order, 0), second = told(order, 1);
      try (var workers = new Workers(threads)) {
        var loop = new Loop(List.of(first, second), STEPS, false, 0);
        assertTrue(loop.isShared());
        workers.run(loop);
      }
      assertEquals(order.stream().sorted().toList(), order, threads + " threads");
      for (int row = 0; row < ROWS; row++) {
        int own = row;
        assertEquals(STEPS, first.tripsOf(row).length, "row " + row);
        assertEquals(STEPS, second.tripsOf(row).length, "row " + row);
        long who =
            first.done.stream().filter(d -> d[0] == own).mapToInt(d -> d[2]).distinct().count();
        assertEquals(1, who, "threads that did row " + row);
      }
    }
  }

  private static Mixing told(List<Integer> order, int which) {
    return new Mixing() {
      @Override
      public void run(Frame frame, int from, int to) {
        order.add(2 * frame.trip(0) + which);
        super.run(frame, from, to);
      }
    };
  }

  /** Those that wait for a thread that has failed do not wait for ever. */
  @Test
  void aFailureEndsASharedLoop() {
    for (int failed = 0; failed < 3; failed++) {
      int who = failed;
      var failing =
          new Mixing() {
            @Override
            public void run(Frame frame, int from, int to) {
              if (frame.worker == who && frame.trip(0) == 3) throw new IllegalStateException("it");
              super.run(frame, from, to);
            }
          };
      try (var workers = new Workers(3)) {
        var loop = new Loop(List.of(failing, new Mixing()), STEPS, false, 0);
        var e = assertThrows(IllegalStateException.class, () -> workers.run(loop));
        assertEquals("it", e.getMessage());
        var next = new Mixing();
        workers.run(new Loop(List.of(next), STEPS, false, 0));
        assertEquals(ROWS * STEPS, next.done.size(), "the next run");
      }
    }
  }
}
