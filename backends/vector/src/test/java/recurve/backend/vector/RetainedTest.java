package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Outputs written over their inputs, where others read the input too. */
class RetainedTest {
  private static final int N = 300;

  @Test
  void whoeverElseReadsTheInputReadsItAsItWas() {
    Value w = Ops.input("w", DType.F32, Shape.of(N, N)), x = Ops.input("x", DType.F32, w.shape());
    Value next = w.minus(x.times(0.5));
    Value sum = w.times(3).total(), product = w.matmul(w.t()), turned = w.t().plus(x);
    var graph =
        new Graph(
            List.of(w, x),
            List.of(next, sum, product, turned),
            List.of("w'", "sum", "product", "turned"));
    Tensor first = tensor(1), step = tensor(2);
    var options = CompileOptions.threads(2).retaining(Map.of("w'", "w"));
    try (Executable e = new VectorBackend().compile(graph, options);
        Executable plain = new VectorBackend().compile(graph, CompileOptions.threads(1))) {
      e.write("w", first);
      e.write("x", step);
      plain.write("x", step);
      plain.write("w", first);
      for (int i = 0; i < 20; i++) {
        e.run();
        plain.run();
        for (String name : graph.names()) assertEquals(plain.read(name), e.read(name), name);
        assertEquals(plain.read("w'"), e.read("w"));
        plain.write("w", plain.read("w'"));
      }
      Tensor last = e.read("w'");
      e.write("w", first);
      assertEquals(last, e.read("w'"), "an output outlives what is written over its input");
    }
  }

  /** The next value is written over the input, in one pass, if nobody else needs it. */
  @Test
  void parametersAreUpdatedInPlace() {
    Value w = Ops.input("w", DType.F32, Shape.of(N)), g = Ops.input("g", DType.F32, Shape.of(N));
    var graph = new Graph(List.of(w, g), List.of(w.minus(g)), List.of("next"));
    var context = new Context(Map.of(), Products::new, new Kernels(), 1, Optional.empty());
    Program program = Program.of(graph, Map.of("next", "w"), context, new Arena());
    assertEquals(1, program.code().size());
    assertEquals(1, program.inPlace().size());
  }

  /** A row's sum is written before its end is read: not over what the rest of the row wants. */
  @Test
  void sumsAreNotWrittenOverWhatTheyRead() {
    Value x = Ops.input("x", DType.F32, Shape.of(N, N)),
        s = Ops.input("s", DType.F32, Shape.of(N, 1));
    Value next = x.minus(s.expand(x.shape())).sum(1);
    var graph = new Graph(List.of(x, s), List.of(next), List.of("next"));
    var options = CompileOptions.threads(1);
    Tensor start = Tensor.of(new float[N], N, 1);
    try (Executable e = new VectorBackend().compile(graph, options.retaining(Map.of("next", "s")));
        Executable plain = new VectorBackend().compile(graph, options)) {
      for (Executable each : List.of(e, plain)) {
        each.write("x", tensor(1));
        each.write("s", start);
      }
      for (int i = 0; i < 3; i++) {
        e.run();
        plain.run();
        assertEquals(plain.read("next"), e.read("next"));
        plain.write("s", plain.read("next"));
      }
    }
  }

  private static Tensor tensor(long seed) {
    var random = new Random(seed);
    float[] f = new float[N * N];
    for (int i = 0; i < f.length; i++) f[i] = (float) random.nextGaussian();
    return Tensor.of(f, N, N);
  }
}
