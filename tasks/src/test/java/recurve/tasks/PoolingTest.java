package recurve.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.cell.Cell;
import recurve.cell.Encoder;
import recurve.cell.Layer;
import recurve.cell.Rnn;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Options;
import recurve.plugin.Catalog;

class PoolingTest {
  private static final Cell GRU = Catalog.load(Cell.class).get("gru");

  private static final int STEPS = 5, ROWS = 3, WIDTH = 4;
  private static final int[] LENGTHS = {5, 1, 3};

  private static Tensor random(long seed, int... dims) {
    var random = new Random(seed);
    int n = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    return Tensor.of(IntStream.range(0, n).mapToDouble(i -> random.nextGaussian()).toArray(), dims);
  }

  private static Map<String, Tensor> run(
      Scope scope, Map<String, Value> outputs, Map<String, Tensor> inputs) {
    var results = new LinkedHashMap<String, Tensor>();
    Graph graph = Graph.of(scope.arguments(), outputs);
    try (var program = new Reference().compile(graph, CompileOptions.threads(1))) {
      inputs.forEach(program::write);
      program.run();
      for (String name : graph.names()) results.put(name, program.read(name));
    }
    return results;
  }

  /** Against the definition, row by row; what stands past a row's length is not even a number. */
  @ParameterizedTest
  @EnumSource(Pooling.class)
  void poolsTheStatesOfEachRowAlone(Pooling pooling) {
    Scope scope = Scope.root(Scope.Mode.EVALUATE, Scope.Carry.FRESH, DType.F64);
    Value h = scope.input("h", DType.F64, Shape.of(STEPS, ROWS, WIDTH));
    Value lengths = scope.input("lengths", DType.I32, Shape.of(ROWS));
    Options options = Options.of(Encoder.options());
    var sequence = new Sequence(h, Optional.of(lengths));
    Value pooled = pooling.pool(scope, options, sequence);
    Tensor states = random(1, STEPS, ROWS, WIDTH);
    for (int t = 0; t < STEPS; t++) {
      for (int b = 0; b < ROWS; b++) {
        int from = (t * ROWS + b) * WIDTH;
        if (t >= LENGTHS[b]) Arrays.fill(states.doubles(), from, from + WIDTH, Double.NaN);
      }
    }
    var inputs = new LinkedHashMap<String, Tensor>();
    inputs.put("h", states);
    inputs.put("lengths", Tensor.of(LENGTHS, ROWS));
    inputs.put("attention.W", random(2, WIDTH, WIDTH));
    inputs.put("attention.b", random(3, WIDTH));
    inputs.put("attention.q", random(4, WIDTH, 1));
    inputs.keySet().retainAll(scope.arguments().stream().map(Graph::nameOf).toList());
    Tensor got = run(scope, Map.of("pooled", pooled), inputs).get("pooled");
    for (int b = 0; b < ROWS; b++) {
      double[] a = weights(pooling, states, b);
      for (int j = 0; j < WIDTH; j++) {
        double want = pooling == Pooling.MAX ? Double.NEGATIVE_INFINITY : 0;
        for (int t = 0; t < LENGTHS[b]; t++) {
          double v = states.at((t * ROWS + b) * WIDTH + j);
          want = pooling == Pooling.MAX ? Math.max(want, v) : want + a[t] * v;
        }
        assertEquals(want, got.at(b * WIDTH + j), 1e-12);
      }
    }
  }

  /** How much each step of a row counts. */
  private static double[] weights(Pooling pooling, Tensor h, int b) {
    int n = LENGTHS[b];
    double[] a = new double[n];
    switch (pooling) {
      case LAST -> a[n - 1] = 1;
      case MEAN -> Arrays.fill(a, 1.0 / n);
      case MAX -> {} // no mean
      case ATTENTION -> {
        Tensor w = random(2, WIDTH, WIDTH), bias = random(3, WIDTH), q = random(4, WIDTH, 1);
        for (int t = 0; t < n; t++) {
          double score = 0;
          for (int k = 0; k < WIDTH; k++) {
            double u = bias.at(k);
            for (int j = 0; j < WIDTH; j++) {
              u += h.at((t * ROWS + b) * WIDTH + j) * w.at(j * WIDTH + k);
            }
            score += Math.tanh(u) * q.at(k);
          }
          a[t] = Math.exp(score);
        }
        double sum = Arrays.stream(a).sum();
        for (int t = 0; t < n; t++) a[t] /= sum;
      }
    }
    return a;
  }

  @Test
  void theLastOfTwoDirectionsIsWhereTheirLoopsEnd() {
    Scope scope = Scope.root(Scope.Mode.EVALUATE, Scope.Carry.FRESH, DType.F64);
    Value x = scope.input("x", DType.F64, Shape.of(STEPS, ROWS, WIDTH));
    Value lengths = scope.input("lengths", DType.I32, Shape.of(ROWS));
    Layer both = Layer.bidirectional(Rnn.of(GRU, 6), Layer.Merge.CONCAT);
    Sequence h = both.apply(scope, new Sequence(x, Optional.of(lengths)));
    Options options = Options.of(Encoder.options()).with(Map.of("bidirectional", "true"));
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("pooled", Pooling.LAST.pool(scope, options, h));
    outputs.put("ends", Ops.concat(1, scope.states().stream().map(Scope.State::last).toList()));
    var inputs = new LinkedHashMap<String, Tensor>();
    for (Value v : scope.arguments()) {
      int[] dims = v.shape().dims().stream().mapToInt(d -> (int) d.number()).toArray();
      inputs.put(Graph.nameOf(v), random(inputs.size(), dims));
    }
    inputs.put("lengths", Tensor.of(LENGTHS, ROWS));
    Map<String, Tensor> got = run(scope, outputs, inputs);
    Tensor pooled = got.get("pooled"), ends = got.get("ends");
    assertEquals(Dim.of(12), outputs.get("pooled").dim(1));
    for (int i = 0; i < pooled.size(); i++) assertEquals(ends.at(i), pooled.at(i), 1e-12);
  }
}
