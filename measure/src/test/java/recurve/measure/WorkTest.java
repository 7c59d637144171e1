package recurve.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.cell.Cell;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.plugin.Catalog;
import recurve.task.Task;

class WorkTest {
  @Test
  void countsEachStepOfALoop() {
    Dim b = Dim.symbol("B"), t = Dim.symbol("T");
    Value w = Ops.input("w", DType.F32, Shape.of(Dim.of(3), Dim.of(3)));
    Value h = Ops.input("h", DType.F32, Shape.of(b, Dim.of(3)));
    Value x = Ops.input("x", DType.F32, Shape.of(t, b, Dim.of(3)));
    Loop.Result loop =
        Loop.of(t)
            .run(
                List.of(h),
                List.of(x),
                (carry, step) -> {
                  Value next = carry.get(0).matmul(w).plus(step.get(0));
                  return new Loop.Trip(List.of(next), List.of());
                });
    var graph = new Graph(List.of(w, h, x), List.of(loop.carry().get(0).matmul(w)));
    assertEquals(
        (7 + 1) * 5 * 3 * 3, Work.multiplyAdds(graph, Map.of("B", 5L, "T", 7L)), "7 steps and one");
  }

  /** The multiply-adds of a token by the books: layers, units, gates, words. */
  @ParameterizedTest
  @CsvSource({
    // 2 layers of input and state into the gates, and the softmax
    "small, 2640000",
    "medium, 13260000",
    "large, 51000000",
    "gru, 11570000",
    "peephole, 13260000",
    "rhn, 11570000",
    // 2 directions of (100 + 256) x 4 x 256, and 512 x 50
    "tagger, 754688",
  })
  void workloadsCostWhatTheirEquationsSay(String name, double expected) {
    Workload workload =
        Workload.of(name, Catalog.load(Task.class)::get, Catalog.load(Cell.class)::get);
    assertEquals(6 * expected, Training.flop(workload));
  }

  /** Of a source word as of a target word, since there are as many of both. */
  @Test
  void translationCostsWhatItsEquationsSay() {
    Workload workload =
        Workload.of("seq2seq", Catalog.load(Task.class)::get, Catalog.load(Cell.class)::get);
    int h = 256, steps = 20;
    double encoder = 2 * (h + h) * 3 * h + 2 * h * h; // and keys
    double decoder = (2 * h + h) * 3 * h + 3 * h * h + h * 8000;
    double attention = steps * (h + 2 * h); // each target word looks at all source words
    double start = 2 * h * h / (double) steps; // once a sentence
    assertEquals(6 * (encoder + decoder + attention + start), Training.flop(workload), 1);
  }
}
