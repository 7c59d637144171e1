package recurve.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import recurve.backend.Backend;
import recurve.backend.WeightType;
import recurve.cell.Cell;
import recurve.plugin.Catalog;
import recurve.task.Task;

class InferenceTest {
  /** One word is one product with the output layer and, in each layer, two of four gates. */
  @Test
  void timesOneWordAtATime() {
    Inference tiny = of("generate");
    var windows = new ArrayList<Double>();
    Backend reference = Catalog.load(Backend.class).get("reference");
    Training.Rate rate =
        tiny.run(reference, 1, WeightType.INT8, 0, 1, (tokens, share, warm) -> windows.add(tokens));
    assertEquals(windows.stream().mapToDouble(d -> d).max().orElseThrow(), rate.most());
    double flop = 2.0 * (2 * 3 * 10_000 / 2 + 4 * 3 * 3 * 2);
    assertEquals(flop * rate.median() / (rate.limit() * 1e9), rate.share(), 1e-9);
  }

  @Test
  void knowsItsNames() {
    assertTrue(Inference.all().containsKey("score"));
    assertThrows(IllegalArgumentException.class, () -> of("medium"));
  }

  private static Inference of(String name) {
    var own = Map.of("units", "3", "layers", "1");
    return Inference.of(name, Catalog.load(Task.class)::get, Catalog.load(Cell.class)::get, own);
  }
}
