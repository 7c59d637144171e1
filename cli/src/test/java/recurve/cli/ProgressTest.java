package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import recurve.task.Report;
import recurve.train.Listener;

/** Progress at times made up: a training of two epochs, four batches each, 5 s a batch. */
class ProgressTest {
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private long now;

  private List<String> run(boolean terminal) {
    var out = new PrintStream(shown, true, StandardCharsets.UTF_8);
    var progress = new Progress(out, terminal, () -> now);
    progress.begin(12345, 4, 2);
    for (int epoch = 0; epoch < 2; epoch++) {
      for (int batch = 0; batch < 4; batch++) {
        now += 5_000_000_000L;
        progress.step(new Listener.Step(epoch, batch, 4, 1000, 4.2, 0.5));
      }
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put("tokens", 200.0);
      figures.put("perplexity", 77.25);
      var report = new Report(figures, "perplexity", true);
      progress.epoch(new Listener.Epoch(epoch, 2, 3.4, 0.5, Optional.of(report), true));
    }
    return shown.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void aLogHasALineEveryTenSecondsAndEachEpoch() {
    assertEquals(
        List.of(
            "12,345 parameters, 4 batches an epoch, 2 epochs",
            "epoch 1/2, batch 2/4  loss 4.200 (perplexity 66.686)  200 tokens/s  0:30 left  rate"
                + " 0.5000",
            "epoch 1/2, batch 4/4  loss 4.200 (perplexity 66.686)  200 tokens/s  0:20 left  rate"
                + " 0.5000",
            "epoch 1/2  training: loss 3.400 (perplexity 29.964)"
                + "  validation: tokens 200, perplexity 77.250 (best)  200 tokens/s  rate 0.5000"
                + "  0:20",
            "epoch 2/2, batch 2/4  loss 4.200 (perplexity 66.686)  200 tokens/s  0:10 left  rate"
                + " 0.5000",
            "epoch 2/2, batch 4/4  loss 4.200 (perplexity 66.686)  200 tokens/s  0:00 left  rate"
                + " 0.5000",
            "epoch 2/2  training: loss 3.400 (perplexity 29.964)"
                + "  validation: tokens 200, perplexity 77.250 (best)  200 tokens/s  rate 0.5000"
                + "  0:20"),
        run(false));
  }

  @Test
  void aTerminalHasOneLineWrittenOverAndOver() {
    run(true);
    String all = shown.toString(StandardCharsets.UTF_8);
    assertEquals(3, all.chars().filter(c -> c == '\n').count());
    assertEquals(8 + 2, all.split("\r\u001b\\[K", -1).length - 1);
  }

  @Test
  void durations() {
    assertEquals("0:00", Progress.duration(0.4));
    assertEquals("12:05", Progress.duration(725));
    assertEquals("1:02:33", Progress.duration(3753));
  }

  @Test
  void figures() {
    assertEquals("82430", Progress.figure(82430));
    assertEquals("115.9", Progress.figure(115.87));
    assertEquals("4.159", Progress.figure(4.1589));
    assertEquals("0.0010", Progress.figure(0.001));
    assertEquals("1.00e-05", Progress.figure(1e-5));
    assertEquals("NaN", Progress.figure(Double.NaN));
  }
}
