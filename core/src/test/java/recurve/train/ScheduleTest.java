package recurve.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import recurve.option.Options;

class ScheduleTest {
  private static double rate(Map<String, String> set, long step, double time, Double... costs) {
    Options options = Options.of(Schedule.options()).with(Map.of("learning_rate", "2")).with(set);
    int epoch = (int) time;
    var progress = new Schedule.Progress(step, epoch, time - epoch, 10, List.of(costs));
    return Schedule.rate(options, progress);
  }

  @Test
  void constantStays() {
    assertEquals(2, rate(Map.of(), 0, 0));
    assertEquals(2, rate(Map.of(), 1000, 9.5));
  }

  @Test
  void stepHalvesAfterTheFirstFourEpochsAsZarembaDoes() {
    var zaremba = Map.of("schedule", "step", "decay", "0.5", "decay_after", "4");
    assertEquals(2, rate(zaremba, 0, 3.9));
    assertEquals(1, rate(zaremba, 0, 4));
    assertEquals(0.5, rate(zaremba, 0, 5));
  }

  @Test
  void inverseTimeFallsWithTheEpochs() {
    assertEquals(2 / 2.25, rate(Map.of("schedule", "inverse-time"), 0, 2.5), 1e-12);
  }

  @Test
  void plateauDecaysWheneverPatienceRunsOut() {
    var plateau = Map.of("schedule", "plateau", "decay", "0.25", "patience", "1");
    assertEquals(2, rate(plateau, 0, 3, 5.0, 4.0, 4.5));
    assertEquals(0.5, rate(plateau, 0, 4, 5.0, 4.0, 4.5, 4.5));
    assertEquals(0.5, rate(plateau, 0, 5, 5.0, 4.0, 4.5, 4.5, 4.5));
    assertEquals(0.125, rate(plateau, 0, 6, 5.0, 4.0, 4.5, 4.5, 4.5, 4.5));
  }

  @Test
  void cosineGoesFromOneOverAHalfToNothing() {
    var cosine = Map.of("schedule", "cosine");
    assertEquals(2, rate(cosine, 0, 0));
    assertEquals(1, rate(cosine, 0, 5), 1e-12);
    assertEquals(0, rate(cosine, 0, 10), 1e-12);
  }

  @Test
  void oneCycleRisesToThePeakAndFalls() {
    var cycle = Map.of("schedule", "one-cycle");
    assertEquals(2.0 / 25, rate(cycle, 0, 0), 1e-12);
    assertEquals(2, rate(cycle, 0, 3), 1e-12);
    assertEquals(0, rate(cycle, 0, 10), 1e-12);
  }

  @Test
  void warmUpRisesInEqualSteps() {
    var warm = Map.of("warmup", "4");
    assertEquals(0.5, rate(warm, 0, 0));
    assertEquals(2, rate(warm, 3, 0));
    assertEquals(2, rate(warm, 4, 0));
  }
}
