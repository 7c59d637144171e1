package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Right sides of products that are several matrices. */
class JoinedTest {

  /** Parts, packed from where they lie, are the panels of the whole. */
  @ParameterizedTest
  @CsvSource({"100, 90, 4", "1700, 40, 3", "7, 1, 50", "64, 32, 2", "65, 33, 1"})
  void panelsOfPartsAreThoseOfTheWhole(int depth, int columns, int parts) {
    var random = new Random(depth);
    float[] whole = new float[depth * columns * parts];
    for (int i = 0; i < whole.length; i++) whole[i] = random.nextFloat();
    Buffer b = Buffer.kept(DType.F32, whole.length);
    b.place(whole);
    View wide = View.of(b, new int[] {depth, columns * parts});
    View deep = View.of(b, new int[] {parts * depth, columns});
    List<Integer> turned = List.of(1, 0);
    for (int axis = 0; axis < 2; axis++) {
      View all = axis == 0 ? deep : wide;
      int each = axis == 0 ? depth : columns;
      var cut = new ArrayList<View>();
      for (int p = 0; p < parts; p++) cut.add(copy(all.slice(axis, p * each, (p + 1) * each)));
      check(Side.of(all), Side.joined(cut, axis));
      List<View> cutTurned = cut.stream().map(v -> v.transpose(turned)).toList();
      check(Side.of(all.transpose(turned)), Side.joined(cutTurned, 1 - axis));
    }
  }

  private static View copy(View v) {
    View copy = View.of(Buffer.kept(DType.F32, v.size()), v.dims());
    copy.buffer().placeOnce();
    new Copy(v, copy).run(new Frame(0), 0, v.dim(0));
    return copy;
  }

  private static void check(Side whole, Side parts) {
    assertEquals(whole.depth(), parts.depth());
    assertEquals(whole.columns(), parts.columns());
    var frame = new Frame(0);
    int columns = whole.columns(), panels = Panels.count(columns);
    float[] wanted = new float[Panels.size(whole.depth(), columns)], got = wanted.clone();
    Arrays.fill(got, Panels.LEAD, got.length, Float.NaN);
    whole.pack(frame, 0, columns, 0, panels, wanted);
    parts.pack(frame, 0, columns, 0, panels / 2, got);
    parts.pack(frame, 0, columns, panels / 2, panels, got);
    assertArrayEquals(wanted, got);
    for (int p = 0; p < panels; p++) { // each as if it were alone
      int first = p * Panels.WIDTH, count = Math.min(Panels.WIDTH, columns - first);
      float[] one = new float[Panels.size(whole.depth(), count)], other = one.clone();
      Arrays.fill(other, Panels.LEAD, other.length, Float.NaN);
      whole.pack(frame, first, count, 0, 1, one);
      parts.pack(frame, first, count, 0, 1, other);
      assertArrayEquals(one, other);
    }
  }

  private static final int N = 70;

  private final Value a = Ops.input("a", DType.F32, Shape.of(N, N));
  private final Value b = Ops.input("b", DType.F32, Shape.of(N, N));
  private final Value x = Ops.input("x", DType.F32, Shape.of(N, N));
  private final Value y = Ops.input("y", DType.F32, Shape.of(N, 2 * N));
  private final Value both = Ops.concat(1, List.of(a, b));

  private Program program(Value... outputs) {
    var context = new Context(Map.of(), Products::new, new Kernels(), 1, Optional.empty());
    return Program.of(graph(outputs), Map.of(), context, new Arena());
  }

  private Graph graph(Value... outputs) {
    var names = new ArrayList<String>();
    for (int i = 0; i < outputs.length; i++) names.add("y" + i);
    return new Graph(List.of(a, b, x, y), List.of(outputs), names);
  }

  private static long copies(Program program) {
    return program.code().stream().filter(i -> i instanceof Copy).count();
  }

  /** Products alone read the parts; for others the whole is written, once. */
  @Test
  void theWholeIsWrittenForOthersOnly() {
    Value forth = x.matmul(both), back = y.matmul(both.t());
    assertEquals(0, copies(program(forth, back)));
    assertEquals(2, copies(program(forth, both.times(2), back, both.times(3))));
  }

  /** All ways to read it find the same. */
  @Test
  void valuesAreThoseOfTheReference() {
    Value forth = x.matmul(both), back = y.matmul(both.t());
    Value few = x.slice(0, 0, 2).matmul(both), left = both.t().matmul(x);
    Graph graph = graph(forth, back, both.times(2), few, left, both);
    var options = CompileOptions.threads(2);
    try (Executable e = new VectorBackend().compile(graph, options);
        Executable reference = new Reference().compile(graph, options)) {
      var random = new Random(5);
      for (Value v : graph.inputs()) {
        int columns = v == y ? 2 * N : N;
        float[] f = new float[N * columns];
        for (int i = 0; i < f.length; i++) f[i] = random.nextFloat() - 0.5f;
        for (Executable each : List.of(e, reference)) {
          each.write(Graph.nameOf(v), Tensor.of(f, N, columns));
        }
      }
      e.run();
      reference.run();
      for (String name : graph.names()) {
        assertArrayEquals(reference.read(name).floats(), e.read(name).floats(), 1e-4f, name);
      }
    }
  }
}
