package recurve.backend.vector;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.transform.Gradient;
import recurve.transform.Passes;

/**
 * Small graphs on one thread, through passes and compiler: a fused region (the gates of an LSTM), a
 * softmax with its cross-entropy and gradient, and a loop (an LSTM's forward pass).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class GraphBenchmark {
  private static final int ROWS = 20, UNITS = 650, STEPS = 35, WORDS = 10_000;
  private static final Dim B = Dim.of(ROWS), H = Dim.of(UNITS), T = Dim.of(STEPS);

  /** Which graph. */
  @Param({"region", "softmax-cross-entropy", "loop"})
  public String graph = "";

  private Executable executable = new Reference().compile(region(), CompileOptions.threads(1));

  /** Compiles and runs it, and checks every number against the reference interpreter. */
  @Setup(Level.Trial)
  public void setUp() {
    Graph asked =
        Passes.optimize(
            switch (graph) {
              case "region" -> region();
              case "softmax-cross-entropy" -> softmax();
              case "loop" -> loop();
              default -> throw new IllegalArgumentException("no graph '" + graph + "'");
            });
    executable.close();
    executable = prepared(new VectorBackend(), asked);
    try (Executable reference = prepared(new Reference(), asked)) {
      for (String name : asked.names()) {
        Tensor expected = reference.read(name), actual = executable.read(name);
        for (int i = 0; i < expected.size(); i++) {
          if (Math.abs(expected.at(i) - actual.at(i)) > 1e-4) {
            throw new IllegalStateException(name + " " + i + " differs from the reference");
          }
        }
      }
    }
  }

  private static Executable prepared(Backend backend, Graph graph) {
    Executable e = backend.compile(graph, CompileOptions.threads(1));
    var random = new Random(1);
    for (Value v : graph.inputs()) {
      int[] dims = v.shape().dims().stream().mapToInt(d -> (int) d.number()).toArray();
      Tensor t = Tensor.zeros(v.dtype(), dims);
      for (int i = 0; i < t.size(); i++) {
        if (v.dtype() == DType.I32) t.ints()[i] = random.nextInt(WORDS);
        else t.floats()[i] = (float) random.nextGaussian() / 20;
      }
      e.write(Graph.nameOf(v), t);
    }
    e.run();
    return e;
  }

  private static Value input(String name, Dim... dims) {
    return Ops.input(name, DType.F32, Shape.of(dims));
  }

  private static Value[] gates(Value all, Value c) {
    Value i = Ops.sigmoid(gate(all, 0)), f = Ops.sigmoid(gate(all, 1));
    Value g = Ops.tanh(gate(all, 2)), o = Ops.sigmoid(gate(all, 3));
    Value next = f.times(c).plus(i.times(g));
    return new Value[] {o.times(Ops.tanh(next)), next};
  }

  private static Value gate(Value all, int n) {
    return all.slice(1, (long) n * UNITS, (n + 1L) * UNITS);
  }

  private static Graph region() {
    Value all = input("all", B, Dim.of(4 * UNITS)), c = input("c", B, H);
    Value[] next = gates(all, c);
    return new Graph(List.of(all, c), List.of(next), List.of("h", "c'"));
  }

  private static Graph softmax() {
    Value scores = input("scores", T, B, Dim.of(WORDS));
    Value targets = Ops.input("targets", DType.I32, Shape.of(T, B));
    Value loss = Ops.crossEntropy(scores, targets).total();
    Gradient.Result result = Gradient.of(loss, List.of(scores));
    return new Graph(
        List.of(scores, targets),
        List.of(result.loss().times(1e-5), result.gradients().get(0)),
        List.of("loss", "gradient"));
  }

  private static Graph loop() {
    Value x = input("x", T, B, Dim.of(4 * UNITS)), u = input("u", H, Dim.of(4 * UNITS));
    Value h = input("h", B, H), c = input("c", B, H);
    Loop.Result result =
        Loop.of(T)
            .run(
                List.of(h, c),
                List.of(x),
                (carry, step) -> {
                  Value all = carry.get(0).matmul(u).plus(step.get(0));
                  Value[] next = gates(all, carry.get(1));
                  return new Loop.Trip(List.of(next), List.of(next[0]));
                });
    return new Graph(List.of(x, u, h, c), List.of(result.ys().get(0)), List.of("hs"));
  }

  /** One run. */
  @Benchmark
  public void run() {
    executable.run();
  }

  /** Frees its memory. */
  @TearDown(Level.Trial)
  public void tearDown() {
    executable.close();
  }
}
