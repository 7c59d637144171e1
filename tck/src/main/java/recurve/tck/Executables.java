package recurve.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static recurve.tck.Trial.args;
import static recurve.tck.Trial.graph;
import static recurve.tck.Trial.input;
import static recurve.tck.Trial.run;
import static recurve.tck.Trial.samples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
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
import recurve.ir.ShapeException;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** What an executable keeps, copies, refuses and never reads. */
final class Executables {
  private static final int[] THREADS = {1, 2, 3, 8};
  private static final Dim T = Dim.symbol("T");
  private static final Dim B = Dim.symbol("B");

  private final Backend backend;

  Executables(Backend backend) {
    this.backend = backend;
  }

  /** An id outside of its table is an error, not a read of other memory. */
  List<DynamicTest> idsOutsideTheTableAreRefused() {
    Value id = input("id", DType.I32, 2);
    Value gathered = input("x", DType.F32, 5, 2).gather(id);
    Value scattered = input("x", DType.F32, 2, 2).scatter(id, Dim.of(5));
    var tests = new ArrayList<DynamicTest>();
    for (Value y : List.of(gathered, scattered)) {
      for (int bad : new int[] {-1, 5, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        tests.add(
            dynamicTest(
                y.op().title() + " with id " + bad,
                () -> {
                  Graph graph = graph(List.of(y));
                  try (Executable e = backend.compile(graph, CompileOptions.threads(1))) {
                    Map<String, Tensor> args = new Samples(1).of(graph.inputs(), Map.of());
                    args.forEach(e::write);
                    e.write("id", Tensor.of(new int[] {1, bad}, 2));
                    assertThrows(ShapeException.class, e::run);
                    e.write("id", Tensor.of(new int[] {1, 2}, 2)); // and it goes on afterwards
                    e.run();
                  }
                }));
      }
    }
    return tests;
  }

  /** NaN in the padding changes no bit of any output, and what is past a length is zero. */
  List<DynamicTest> paddingIsNeverRead() {
    var tests = new ArrayList<DynamicTest>();
    for (boolean reverse : new boolean[] {false, true}) {
      tests.add(dynamicTest(reverse ? "reverse" : "forward", () -> paddingIsNeverRead(reverse)));
    }
    return tests;
  }

  private void paddingIsNeverRead(boolean reverse) {
    Value lengths = Ops.input("lengths", DType.I32, Shape.of(B));
    Value x = Ops.input("x", DType.F32, Shape.of(T, B, Dim.of(6)));
    Value init = Ops.input("init", DType.F32, Shape.of(B, Dim.of(6)));
    var loop = new Loop(T, reverse, Optional.of(lengths));
    var first = Loops.rnn(loop, x, init, input("w", DType.F32, 6, 6));
    var second =
        Loops.rnn(loop, first.ys().get(0), first.carry().get(0), input("v", DType.F32, 6, 6));
    var all = List.of(first.carry().get(0), second.carry().get(0), second.ys().get(0));
    Graph graph = graph(all);
    Map<String, Tensor> args = new Samples(9).of(graph.inputs(), Map.of("T", 7L, "B", 13L));
    try (Executable e = backend.compile(graph, CompileOptions.threads(2))) {
      List<Tensor> clean = run(e, graph, args);
      int[] length = new Tensors(args).get("lengths").ints();
      float[] padded = new Tensors(args).get("x").floats();
      for (int t = 0; t < 7; t++) {
        for (int b = 0; b < 13; b++) {
          int at = (t * 13 + b) * 6;
          if (t < length[b]) continue;
          Arrays.fill(padded, at, at + 6, Float.NaN);
          for (int i = at; i < at + 6; i++) assertEquals(0, clean.get(2).at(i), "past the length");
        }
      }
      assertEquals(clean, run(e, graph, args));
    }
  }

  /** An executable taken from one binding to others and back gives the same bits again. */
  List<DynamicTest> rebindingChangesNothing() {
    var tests = new ArrayList<DynamicTest>();
    for (long seed = 100; seed < 110; seed++) {
      long s = seed;
      tests.add(
          dynamicTest(
              "loops, seed " + seed,
              () -> {
                Graph graph = new RandomGraphs(s, DType.F32).loops();
                var args = samples(graph, s);
                try (Executable e = backend.compile(graph, CompileOptions.threads(2))) {
                  for (int round = 0; round < 2; round++) {
                    for (var one : args) {
                      List<Tensor> again = run(e, graph, one);
                      try (Executable fresh = backend.compile(graph, CompileOptions.threads(2))) {
                        assertEquals(run(fresh, graph, one), again, "seed " + s + "\n" + graph);
                      }
                    }
                  }
                }
              }));
    }
    return tests;
  }

  /** The number of threads changes no bit; nor does running twice. */
  List<DynamicTest> threadsChangeNoBit() {
    var graphs = new LinkedHashMap<String, Graph>();
    for (long seed = 200; seed < 212; seed++) {
      graphs.put("elementwise, seed " + seed, new RandomGraphs(seed, DType.F32).elementwise());
      graphs.put("shapes, seed " + seed, new RandomGraphs(seed, DType.F32).shapes());
      graphs.put("loops, seed " + seed, new RandomGraphs(seed, DType.F32).loops());
    }
    Value a = input("a", DType.F32, 207, 702), b = input("b", DType.F32, 702, 129);
    graphs.put("large product", graph(List.of(a.matmul(b), a.t().matmul(a), a.sum(0), a.sum(1))));
    Value x = Ops.input("x", DType.F32, Shape.of(T, B, Dim.of(65)));
    Value init = Ops.input("init", DType.F32, Shape.of(B, Dim.of(65)));
    var result = Loops.rnn(Loop.of(T), x, init, input("w", DType.F32, 65, 65));
    Value scores = result.ys().get(0).matmul(input("out", DType.F32, 65, 702));
    Value loss = Ops.crossEntropy(scores, Ops.input("ids", DType.I32, Shape.of(T, B))).total();
    graphs.put("a loop under a softmax", graph(List.of(loss, result.carry().get(0))));
    Value updates = Ops.input("u", DType.F32, Shape.of(4098, 13));
    Value ids = Ops.input("id", DType.I32, Shape.of(4098));
    graphs.put("scatter", graph(List.of(updates.scatter(ids, Dim.of(5)), updates.total())));
    var tests = new ArrayList<DynamicTest>();
    graphs.forEach((name, graph) -> tests.add(dynamicTest(name, () -> sameBits(name, graph))));
    return tests;
  }

  private void sameBits(String name, Graph graph) {
    var args = samples(graph, 5);
    var expected = new ArrayList<List<Tensor>>();
    for (int threads : THREADS) {
      try (Executable e = backend.compile(graph, CompileOptions.threads(threads))) {
        for (int round = 0; round < 2; round++) {
          for (int i = 0; i < args.size(); i++) {
            List<Tensor> bits = run(e, graph, args.get(i));
            if (expected.size() <= i) expected.add(bits);
            assertEquals(expected.get(i), bits, name + " with " + threads + " threads\n" + graph);
          }
        }
      }
    }
  }

  /** Retained outputs are the inputs of the next run, also where they trade places. */
  List<DynamicTest> retainedOutputs() {
    return List.of(
        dynamicTest("a training step", () -> retained(descent())),
        dynamicTest("two that trade places", () -> retained(trade())),
        dynamicTest("a view of what it replaces", () -> retained(turn())),
        dynamicTest("carried states", this::carriedStates));
  }

  private record Kept(Graph graph, Map<String, String> retained) {}

  private static Kept descent() {
    Value w = input("w", DType.F32, 13, 6), m = input("m", DType.F32, 13, 6);
    Value x = input("x", DType.F32, 4, 13), y = input("y", DType.F32, 4, 6);
    Value error = x.matmul(w).minus(y);
    Value gradient = x.t().matmul(error);
    Value moment = m.times(0.9).plus(gradient);
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("loss", error.square().total());
    outputs.put("w.next", w.minus(moment.times(0.005)));
    outputs.put("m", moment); // an output may bear the name of the input that it replaces
    return new Kept(Graph.of(List.of(w, m, x, y), outputs), Map.of("w.next", "w", "m", "m"));
  }

  private static Kept trade() {
    Value a = input("a", DType.F32, 207), b = input("b", DType.F32, 207);
    Value c = input("c", DType.F32, 207);
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("a.next", b);
    outputs.put("b.next", a.plus(c));
    outputs.put("c.next", a);
    outputs.put("sum", a.plus(b).total());
    return new Kept(
        Graph.of(List.of(a, b, c), outputs), Map.of("a.next", "a", "b.next", "b", "c.next", "c"));
  }

  private static Kept turn() {
    Value a = input("a", DType.F32, 7, 7), n = input("ids", DType.I32, 3);
    Value turned = Ops.concat(0, List.of(a.slice(0, 1, 7), a.slice(0, 0, 1))).t();
    return new Kept(
        Graph.of(List.of(a, n), Map.of("turned", turned, "count", n.plus(1))),
        Map.of("turned", "a", "count", "ids"));
  }

  private void retained(Kept kept) {
    var options = CompileOptions.threads(2).retaining(kept.retained());
    Map<String, Tensor> args = new Samples(3).of(kept.graph().inputs(), Map.of());
    try (Executable e = backend.compile(kept.graph(), options);
        Executable reference = new Reference().compile(kept.graph(), options)) {
      for (int round = 0; round < 2; round++) {
        args.forEach(e::write);
        args.forEach(reference::write);
        for (int i = 0; i < 5; i++) {
          e.run();
          reference.run();
          var names = new ArrayList<>(kept.graph().names());
          for (Value v : kept.graph().inputs()) names.add(Graph.nameOf(v));
          for (String name : names) {
            Tolerance.GRAPH.check(reference.read(name), e.read(name), name + " after run " + i);
          }
          kept.retained()
              .forEach((output, input) -> assertEquals(e.read(output), e.read(input), input));
        }
      }
    }
  }

  private void carriedStates() {
    Value x = Ops.input("x", DType.F32, Shape.of(T, B, Dim.of(6)));
    Value h = Ops.input("h", DType.F32, Shape.of(B, Dim.of(6)));
    var result = Loops.rnn(Loop.of(T), x, h, input("w", DType.F32, 6, 6));
    var outputs = Map.of("y", result.ys().get(0), "last", result.carry().get(0));
    Graph graph = Graph.of(List.of(x, h, inputNamed("w", result.ys().get(0))), outputs);
    var options = CompileOptions.threads(1).retaining(Map.of("last", "h"));
    try (Executable e = backend.compile(graph, options);
        Executable reference = new Reference().compile(graph, options)) {
      for (var binding : RandomGraphs.bindings()) {
        var args = new Samples(4).of(graph.inputs(), binding);
        args.forEach(e::write);
        args.forEach(reference::write);
        for (long time : new long[] {3, 1, 6}) { // the text goes on, in pieces of other lengths
          var piece = new TreeMap<>(binding);
          piece.put("T", time);
          Tensor more = new Tensors(new Samples(time).of(List.of(x), piece)).get("x");
          e.write("x", more);
          reference.write("x", more);
          e.run();
          reference.run();
          Tolerance.GRAPH.check(reference.read("y"), e.read("y"), "y");
          Tolerance.GRAPH.check(reference.read("h"), e.read("h"), "h");
        }
      }
    }
  }

  private static Value inputNamed(String name, Value y) {
    return graph(List.of(y)).inputs().stream()
        .filter(v -> Graph.nameOf(v).equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Outputs are copies: of inputs, of views, of one value under two names. */
  List<DynamicTest> outputsAreTheirOwn() {
    return List.of(
        dynamicTest(
            "outputs are their own",
            () -> {
              Value x = input("x", DType.F32, 4, 6);
              var outputs = new LinkedHashMap<String, Value>();
              outputs.put("same", x);
              outputs.put("view", x.reshape(Shape.of(24)));
              outputs.put("one", x.neg());
              outputs.put("two", outputs.get("one"));
              outputs.put("turned", x.t());
              Graph graph = Graph.of(List.of(x), outputs);
              try (Executable e = backend.compile(graph, CompileOptions.threads(1))) {
                List<Tensor> before = run(e, graph, new Samples(1).of(graph.inputs(), Map.of()));
                e.write("x", Tensor.zeros(DType.F32, 4, 6));
                var after = graph.names().stream().map(e::read).toList();
                assertEquals(before, after, "writing an input changed an output of the last run");
                e.read("one").floats()[0] = 99;
                assertEquals(before.get(2), e.read("one"), "a reader changed what it read");
              }
            }));
  }

  /** What a scalar output is read by without allocation. */
  List<DynamicTest> scalars() {
    return List.of(
        dynamicTest(
            "scalar",
            () -> {
              Value x = input("x", DType.F32, 3);
              Graph graph = Graph.of(List.of(x), Map.of("y", x.total()));
              try (Executable e = backend.compile(graph, CompileOptions.threads(1))) {
                e.write("x", Tensor.of(new float[] {1, 2, 4}, 3));
                e.run();
                assertEquals(7, e.scalar("y"));
                assertEquals(0, e.read("y").rank());
              }
            }));
  }

  // -- mistakes

  /** Mistakes are exceptions whose message names what was meant; afterwards all goes on. */
  List<DynamicTest> mistakesAreNamed() {
    return List.of(dynamicTest("mistakes", this::mistakes));
  }

  private void mistakes() {
    Value x = Ops.input("tokens", DType.F32, Shape.of(T, Dim.of(2)));
    Value y = Ops.input("other", DType.F32, Shape.of(T, Dim.of(2)));
    Graph graph = Graph.of(List.of(x, y), Map.of("loss", x.plus(y).total()));
    Executable e = backend.compile(graph, CompileOptions.threads(1));
    Tensor three = Tensor.zeros(DType.F32, 3, 2), four = Tensor.zeros(DType.F32, 4, 2);
    e.write("other", three);
    named("tokens", assertThrows(ShapeException.class, e::run));
    named("tokens", assertThrows(ShapeException.class, () -> e.write("token", three)));
    named("loss", assertThrows(ShapeException.class, () -> e.read("los")));
    named(
        "tokens",
        assertThrows(ShapeException.class, () -> e.write("tokens", three.cast(DType.F64))));
    named(
        "tokens",
        assertThrows(ShapeException.class, () -> e.write("tokens", Tensor.zeros(DType.F32, 3, 3))));
    named(
        "tokens",
        assertThrows(ShapeException.class, () -> e.write("tokens", Tensor.zeros(DType.F32, 6))));
    e.write("tokens", four);
    assertThrows(ShapeException.class, e::run, "T cannot be three and four");
    e.write("tokens", three);
    e.run();
    assertEquals(0, e.scalar("loss"));
    var options = CompileOptions.threads(1);
    assertThrows(
        ShapeException.class,
        () -> backend.compile(graph, options.retaining(Map.of("los", "tokens"))));
    assertThrows(
        ShapeException.class,
        () -> backend.compile(graph, options.retaining(Map.of("loss", "tokens"))));
    e.close();
    e.close();
  }

  private static void named(String what, ShapeException e) {
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(what), message);
    assertFalse(message.contains("\n"), message);
  }

  /** Inputs that nothing reads are written like others; outputs may be constants. */
  static List<Trial> idleInputsAndConstantOutputs() {
    Value x = input("x", DType.F32, 3), idle = input("idle", DType.F32, 5);
    Value c = Ops.constant(7, DType.F32, Shape.of(2, 2));
    Graph graph = Graph.of(List.of(x, idle), Map.of("y", x.plus(1), "c", c));
    return List.of(new Trial("idle", graph, Tolerance.EXACT, List.of(args(graph, 1, Map.of()))));
  }
}
