package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.ShapeException;
import recurve.ir.Tensor;
import recurve.ir.Value;

class SparseTest {
  private static final int ROWS = 60, WIDTH = 19, STEPS = 4;

  private final Value table = Ops.input("table", DType.F32, Shape.of(ROWS, WIDTH));
  private final Value ids = Ops.input("ids", DType.I32, Shape.of(Dim.of(STEPS), Dim.symbol("B")));
  private final Value rate = Ops.input("rate", DType.F32, Shape.SCALAR);
  private final Value gradient =
      Ops.tanh(table.gather(ids)).scatter(ids, Dim.of(ROWS)).named("gradient");

  private static Value clipped(Value gradient) {
    Value norm = Ops.sqrt(gradient.square().total());
    return gradient.times(norm.like(0.3).over(norm.max(0.3)));
  }

  private Graph graph(Value next, Value other) {
    return new Graph(List.of(table, ids, rate), List.of(next, other), List.of("next", "other"));
  }

  /** A step of gradient descent with clipping. */
  private Graph descent() {
    Value norm = Ops.sqrt(gradient.square().total());
    return graph(table.minus(clipped(gradient).times(rate)), norm);
  }

  private static Tensor ids(int batch) {
    int[] ids = new int[STEPS * batch];
    for (int i = 0; i < ids.length; i++) ids[i] = i % 3 == 0 ? 7 : (i * 11) % ROWS; // some again
    return Tensor.of(ids, STEPS, batch);
  }

  private static Executable compiled(Backend backend, Graph graph, int threads, boolean retained) {
    var options = CompileOptions.threads(threads);
    Executable e =
        backend.compile(graph, retained ? options.retaining(Map.of("next", "table")) : options);
    var random = new Random(3);
    float[] f = new float[ROWS * WIDTH];
    for (int i = 0; i < f.length; i++) f[i] = (float) random.nextGaussian();
    e.write("table", Tensor.of(f, ROWS, WIDTH));
    e.write("rate", Tensor.scalar(DType.F32, 0.5));
    return e;
  }

  /** Ids that come again, more of them than rows or fewer, in place or not: as the definition. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 14, 15, 16})
  void stepsAreThoseOfTheReference(int batch) {
    for (boolean retained : new boolean[] {true, false}) {
      try (Executable one = compiled(new VectorBackend(), descent(), 1, retained);
          Executable three = compiled(new VectorBackend(), descent(), 3, retained);
          Executable reference = compiled(new Reference(), descent(), 1, retained)) {
        for (int step = 0; step < 3; step++) {
          for (Executable e : List.of(one, three, reference)) {
            e.write("ids", ids(batch));
            e.run();
          }
          assertEquals(one.read("next"), three.read("next"));
          assertEquals(one.scalar("other"), three.scalar("other"));
          float[] wanted = reference.read("next").floats();
          assertArrayEquals(wanted, one.read("next").floats(), 2e-5f);
          assertEquals(reference.scalar("other"), one.scalar("other"), 1e-5);
        }
      }
    }
  }

  private Program program(Graph graph, int batch) {
    var binding = Map.of("B", (long) batch);
    var context = new Context(binding, Products::new, new Kernels(), 2, Optional.empty());
    return Program.of(graph, Map.of("next", "table"), context, new Arena());
  }

  private static long largest(Program program) {
    return program.code().stream()
        .flatMap(i -> i.accesses().stream())
        .filter(a -> a.writes() && a.view().buffer().kind == Buffer.Kind.TEMPORARY)
        .mapToLong(a -> a.view().buffer().size)
        .max()
        .orElse(0);
  }

  /** Nothing as large as the table is written, and the table is updated where it lies. */
  @Test
  void theTableIsNotWrittenOut() {
    Program few = program(descent(), 5);
    assertTrue(largest(few) <= 5 * STEPS * WIDTH, few.code().toString());
    assertEquals(1, few.inPlace().size());
    assertEquals(ROWS * WIDTH, largest(program(descent(), 15))); // as many ids as rows
  }

  /** What else is made of a gradient wants it whole: its bounds, its moments, itself. */
  @Test
  void othersGetTheTable() {
    Value bounded = table.minus(gradient.max(-0.1).times(rate));
    Value moment = table.times(0.9).plus(gradient);
    Value descended = table.minus(clipped(gradient).times(rate));
    for (Graph g :
        List.of(
            graph(bounded, rate),
            graph(moment, rate),
            graph(descended, gradient),
            graph(descended, gradient.times(2)))) {
      assertTrue(largest(program(g, 5)) >= ROWS * WIDTH || g.outputs().contains(gradient));
      try (Executable e = compiled(new VectorBackend(), g, 2, true);
          Executable reference = compiled(new Reference(), g, 1, true)) {
        for (Executable each : List.of(e, reference)) {
          each.write("ids", ids(5));
          each.run();
        }
        assertArrayEquals(reference.read("next").floats(), e.read("next").floats(), 2e-5f);
        assertArrayEquals(reference.read("other").floats(), e.read("other").floats(), 2e-5f);
      }
    }
  }

  @Test
  void idsOutsideOfTheTableAreRefused() {
    Value updates = Ops.input("updates", DType.F32, Shape.of(1, WIDTH));
    Value one = Ops.input("one", DType.I32, Shape.of(1));
    Value next = table.minus(updates.scatter(one, Dim.of(ROWS)));
    var graph = new Graph(List.of(table, updates, one), List.of(next), List.of("next"));
    try (Executable e = new VectorBackend().compile(graph, CompileOptions.threads(1))) {
      e.write("table", Tensor.of(new float[ROWS * WIDTH], ROWS, WIDTH));
      e.write("updates", Tensor.of(new float[WIDTH], 1, WIDTH));
      for (int id : new int[] {-1, ROWS}) {
        e.write("one", Tensor.of(new int[] {id}, 1));
        assertThrows(ShapeException.class, e::run);
      }
    }
  }
}
