package recurve.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.cell.Layer;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** The layer that characters are read by, against its definition. */
class ConvolutionTest {
  private static final int STEPS = 5, ROWS = 3, IN = 2, OUT = 4;
  private static final int[] LENGTHS = {5, 1, 3};

  private static Tensor random(long seed, int... dims) {
    var random = new Random(seed);
    int n = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    return Tensor.of(IntStream.range(0, n).mapToDouble(i -> random.nextGaussian()).toArray(), dims);
  }

  /** Row by row: zeros beyond both ends, whatever stands in the padding, even windows too. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7})
  void isTheSumOfTheDefinition(int width) {
    Scope scope = Scope.root(Scope.Mode.EVALUATE, Scope.Carry.FRESH, DType.F64);
    Value x = scope.input("x", DType.F64, Shape.of(STEPS, ROWS, IN));
    Value n = scope.input("n", DType.I32, Shape.of(ROWS));
    Value y =
        Layer.convolution("c", width, OUT).apply(scope, new Sequence(x, Optional.of(n))).values();
    Tensor in = random(1, STEPS, ROWS, IN), w = random(2, width * IN, OUT), b = random(3, OUT);
    for (int t = 0; t < STEPS; t++) {
      for (int r = 0; r < ROWS; r++) {
        int from = (t * ROWS + r) * IN;
        if (t >= LENGTHS[r]) Arrays.fill(in.doubles(), from, from + IN, Double.NaN);
      }
    }
    Graph graph = Graph.of(scope.arguments(), Map.of("y", y));
    try (var program = new Reference().compile(graph, CompileOptions.threads(1))) {
      program.write("x", in);
      program.write("n", Tensor.of(LENGTHS, ROWS));
      program.write("c.W", w);
      program.write("c.b", b);
      program.run();
      Tensor got = program.read("y");
      for (int r = 0; r < ROWS; r++) {
        for (int t = 0; t < LENGTHS[r]; t++) {
          for (int j = 0; j < OUT; j++) {
            double want = b.at(j);
            for (int k = 0; k < width; k++) {
              int s = t + k - (width - 1) / 2;
              if (s < 0 || s >= LENGTHS[r]) continue;
              for (int i = 0; i < IN; i++) {
                want += in.at((s * ROWS + r) * IN + i) * w.at((k * IN + i) * OUT + j);
              }
            }
            assertEquals(want, got.at((t * ROWS + r) * OUT + j), 1e-12);
          }
        }
      }
    }
  }
}
