package recurve.tasks.seq2seq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.OptionException;
import recurve.option.Options;

class AttentionTest {
  private static final int STEPS = 4, ROWS = 3, WIDTH = 6;
  private static final int[] LENGTHS = {4, 1, 3};

  private final Map<String, Tensor> args = new LinkedHashMap<>();
  private final Options options = Options.of(Attention.options()).with(Attention.HEADS, 2);

  private double arg(String name, int... at) {
    Tensor t = Objects.requireNonNull(args.get(name), name);
    int i = 0;
    for (int axis = 0; axis < at.length; axis++) i = i * t.dim(axis) + at[axis];
    return t.at(i);
  }

  /** What the definition gives as the score of a place, from one row's query and states. */
  private double score(Attention kind, int head, int b, int s, boolean covered) {
    double seen = covered ? arg("seen", b, s) : 0;
    double sum = 0;
    switch (kind) {
      case NONE -> {} // no scores
      case DOT -> {
        for (int i = 0; i < WIDTH; i++) sum += arg("q", b, i) * arg("h", s, b, i);
      }
      case GENERAL -> {
        for (int i = 0; i < WIDTH; i++) sum += arg("q", b, i) * times("h", s, b, "keys.W", i);
      }
      case ADDITIVE -> {
        for (int i = 0; i < WIDTH; i++) {
          double x = times("h", s, b, "keys.W", i) + arg("keys.b", i) + query(b, i);
          if (covered) x += seen * arg("coverage.W", 0, i);
          sum += Math.tanh(x) * arg("v", i, 0);
        }
        return sum;
      }
      case MULTI_HEAD -> {
        for (int i = head * 3; i < head * 3 + 3; i++) {
          sum += query(b, i) * times("h", s, b, "keys.W", i) / Math.sqrt(3);
        }
      }
    }
    return covered ? sum + seen * arg("coverage.W", 0) : sum;
  }

  private double query(int b, int column) {
    double sum = 0;
    for (int i = 0; i < WIDTH; i++) sum += arg("q", b, i) * arg("query.W", i, column);
    return sum;
  }

  private double times(String x, int s, int b, String w, int column) {
    double sum = 0;
    for (int i = 0; i < WIDTH; i++) sum += arg(x, s, b, i) * arg(w, i, column);
    return sum;
  }

  /** Against the definition, row by row; what stands past a source's length is not a number. */
  @ParameterizedTest
  @CsvSource({
    "dot, false", "general, false", "additive, false", "multi-head, false",
    "dot, true", "general, true", "additive, true", "multi-head, true"
  })
  void looksAtTheStatesOfEachRowAlone(String name, boolean covered) {
    Attention kind = Attention.KIND.parse(name);
    Scope scope = Scope.root(Scope.Mode.EVALUATE, Scope.Carry.FRESH, DType.F64);
    Value h = scope.input("h", DType.F64, Shape.of(STEPS, ROWS, WIDTH));
    Value lengths = scope.input("lengths", DType.I32, Shape.of(ROWS));
    Value q = scope.input("q", DType.F64, Shape.of(ROWS, WIDTH));
    Optional<Value> seen =
        covered
            ? Optional.of(scope.input("seen", DType.F64, Shape.of(ROWS, STEPS)))
            : Optional.empty();
    var states = new Sequence(h, Optional.of(lengths));
    Attention.Memory memory = kind.memory(scope, options, states, Dim.of(WIDTH));
    Attention.Look look = kind.look(scope, options, q, memory, seen);
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("context", look.context());
    outputs.put("weights", look.weights());

    var random = new Random(name.length());
    for (Value v : scope.arguments()) {
      int[] dims = v.shape().dims().stream().mapToInt(d -> (int) d.number()).toArray();
      int n = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
      double[] numbers = random.doubles(n, -1, 1).toArray();
      args.put(Graph.nameOf(v), Tensor.of(numbers, dims));
    }
    args.put("lengths", Tensor.of(LENGTHS, ROWS));
    for (int s = 0; s < STEPS; s++) {
      for (int b = 0; b < ROWS; b++) {
        int from = (s * ROWS + b) * WIDTH;
        double[] all = Objects.requireNonNull(args.get("h")).doubles();
        if (s >= LENGTHS[b]) Arrays.fill(all, from, from + WIDTH, Double.NaN);
      }
    }
    Graph graph = Graph.of(scope.arguments(), outputs);
    try (var program = new Reference().compile(graph, CompileOptions.threads(1))) {
      args.forEach(program::write);
      program.run();
      check(kind, covered, program.read("context"), program.read("weights"));
    }
  }

  private void check(Attention kind, boolean covered, Tensor context, Tensor weights) {
    int heads = kind == Attention.MULTI_HEAD ? 2 : 1, own = WIDTH / heads;
    for (int b = 0; b < ROWS; b++) {
      double[] mean = new double[STEPS];
      for (int head = 0; head < heads; head++) {
        double[] a = new double[LENGTHS[b]];
        for (int s = 0; s < a.length; s++) a[s] = Math.exp(score(kind, head, b, s, covered));
        double total = Arrays.stream(a).sum();
        for (int s = 0; s < a.length; s++) mean[s] += a[s] / total / heads;
        for (int i = head * own; i < (head + 1) * own; i++) {
          double want = 0;
          for (int s = 0; s < a.length; s++) {
            double value = heads > 1 ? times("h", s, b, "values.W", i) : arg("h", s, b, i);
            want += a[s] / total * value;
          }
          assertEquals(want, context.at(b * WIDTH + i), 1e-12);
        }
      }
      for (int s = 0; s < STEPS; s++) assertEquals(mean[s], weights.at(b * STEPS + s), 1e-12);
    }
  }

  @Test
  void whatDoesNotFitIsToldWithAWayOut() {
    Scope scope = Scope.root(Scope.Mode.EVALUATE, Scope.Carry.FRESH, DType.F64);
    Value h = scope.input("h", DType.F64, Shape.of(STEPS, ROWS, WIDTH));
    Value lengths = scope.input("lengths", DType.I32, Shape.of(ROWS));
    var states = new Sequence(h, Optional.of(lengths));
    var dot =
        assertThrows(
            OptionException.class, () -> Attention.DOT.memory(scope, options, states, Dim.of(5)));
    assertTrue(dot.getMessage().contains("set attention to general"), dot.getMessage());
    var heads =
        assertThrows(
            OptionException.class,
            () -> Attention.MULTI_HEAD.memory(scope, options, states, Dim.of(5)));
    assertTrue(heads.getMessage().contains("2 heads cannot share 5"), heads.getMessage());
  }
}
