package recurve.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import recurve.backend.Backend;
import recurve.cell.Cell;
import recurve.plugin.Catalog;
import recurve.task.Corpus;
import recurve.task.Task;
import recurve.train.Model;

class TrainingTest {
  @Test
  void timesWindowsOnceWarm() {
    Model model =
        Model.of(Catalog.load(Task.class).get("lm"), Catalog.load(Cell.class)::get)
            .with(Map.of("units", "3", "batch", "2", "bptt", "4", "epochs", "1000000"));
    var workload = new Workload("tiny", model, Corpus.lines(List.of("a b c d e f g h i j")));
    Backend reference = Catalog.load(Backend.class).get("reference");
    var warm = new ArrayList<Double>();
    var cold = new ArrayList<Double>();
    long from = System.nanoTime();
    Training.Rate rate =
        new Training(workload, reference, 1)
            .run(1, 1, (tokens, share, isWarm) -> (isWarm ? warm : cold).add(tokens));
    double seconds = (System.nanoTime() - from) / 1e9;
    assertTrue(!cold.isEmpty() && !warm.isEmpty(), cold + " " + warm);
    assertTrue(rate.least() > 0 && rate.least() <= rate.median() && rate.median() <= rate.most());
    assertEquals(warm.stream().mapToDouble(d -> d).max().orElseThrow(), rate.most());
    assertTrue(rate.firstStep() > 0 && rate.firstStep() < seconds, "" + rate.firstStep());
  }

  @Test
  void timesOfAnInterval() {
    Model model =
        Model.of(Catalog.load(Task.class).get("lm"), Catalog.load(Cell.class)::get)
            .with(Map.of("units", "3", "batch", "2", "bptt", "4", "epochs", "1000000"));
    var workload = new Workload("tiny", model, Corpus.lines(List.of("a b c d e f g h i j")));
    Backend reference = Catalog.load(Backend.class).get("reference");
    var intervals = new ArrayList<Endurance.Interval>();
    new Endurance(workload, reference, 1, 0.2).run(3, intervals::add);
    assertEquals(List.of(1, 2, 3), intervals.stream().map(Endurance.Interval::number).toList());
    for (Endurance.Interval i : intervals) {
      assertTrue(i.tokensPerSecond() > 0, i.toString());
      // the interpreter makes an array for each value of a step: 2 rows of 3 units are 24 bytes
      assertTrue(i.bytesPerStep() > 1000 && i.bytesPerStep() < 1e9, i.toString());
      // a JVM with less than 10 MB is none
      assertTrue(i.resident().isEmpty() || i.resident().getAsLong() > 10_000_000, i.toString());
    }
  }

  /** A window's share and the limit are what the tokens' arithmetic makes of them. */
  @Test
  void aShareIsOfTheLimit() {
    var shares = new ArrayList<Double>();
    var windows = new Windows(0, 0, 50e6, 1, (tokens, share, warm) -> shares.add(share));
    boolean last = false;
    for (int step = 0; !last; step++) {
      assertTrue(step < 1_000_000, "a window ends");
      pause();
      last = windows.step(10);
    }
    Training.Rate rate = windows.rate();
    assertEquals(1, shares.size());
    assertEquals(rate.median() * 50e6 / (rate.limit() * 1e9), rate.share(), 1e-12);
    assertEquals(rate.share(), shares.get(0));
  }

  /** What others do between two windows is nobody's time. */
  @Test
  void turnsOfOthersAreNotCounted() {
    var watch =
        new Training.Watch() {
          @Override
          public void begin() {
            for (int i = 0; i < 50; i++) pause();
          }

          @Override
          public void end(double tokens, double share, boolean warm) {}
        };
    long from = System.nanoTime();
    var windows = new Windows(1, 0, 50e6, 1, watch);
    do pause();
    while (!windows.step(10));
    // a second of warm-up, one that counts, half a second before each
    assertTrue(System.nanoTime() - from >= 3e9, "the turns of others were counted");
  }

  private static void pause() {
    LockSupport.parkNanos(10_000_000);
  }

  /** More than one scalar multiply-add in ten nanoseconds, less than any processor of today. */
  @Test
  void thePeakIsOfThisWorld() {
    double one = new Peak(1).gflops();
    assertTrue(one > 0.2 && one < 2000, one + " GFLOP/s");
  }
}
