package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.cell.Cell;
import recurve.cell.Encoder;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.io.onnx.OnnxOptions.Form;
import recurve.io.onnx.OnnxRunner;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.transform.Passes;

/**
 * Every cell, in one direction and both, in one layer and three, in both forms: what ONNX Runtime
 * makes of the export is what each backend gives, for one row and five, one step and seventeen,
 * full rows and ragged ones.
 */
class LayersExportTest {
  private static final double TOLERANCE = 1e-5; // of the larger of one and the number
  private static final int WIDTH = 3, UNITS = 5;
  private static final Catalog<Cell> CELLS = Catalog.load(Cell.class);

  @TestFactory
  Stream<DynamicTest> everyCell() {
    var tests = new ArrayList<DynamicTest>();
    for (var e : CELLS.entries()) {
      for (boolean bidirectional : new boolean[] {false, true}) {
        for (int layers : new int[] {1, 3}) {
          String name = e.name() + (bidirectional ? " in two" : " in one") + " of " + layers;
          tests.add(DynamicTest.dynamicTest(name, () -> check(e.plugin(), bidirectional, layers)));
        }
      }
    }
    assertTrue(tests.size() >= 20, tests.size() + " tests");
    return tests.stream();
  }

  private static void check(Cell cell, boolean bidirectional, int layers) {
    for (boolean ragged : new boolean[] {false, true}) {
      Scope scope = Scope.root(Scope.Mode.EVALUATE, Scope.Carry.FRESH, DType.F32);
      Graph graph = graph(scope, cell, bidirectional, layers, ragged);
      var random = new Random(layers);
      var weights = new LinkedHashMap<String, Tensor>();
      for (Scope.Parameter p : scope.parameters()) {
        weights.put(p.name(), drawn(random, p.value().shape().bind(Map.of())));
      }
      for (Form form : List.of(Form.AUTO, Form.SCAN)) {
        OnnxExport export = OnnxExport.of(graph, weights, Map.of(), OnnxOptions.of(form));
        boolean operator = List.of("lstm", "gru").contains(cell.name());
        boolean fused = export.loops().stream().allMatch(OnnxExport.LoopForm::isFused);
        if (operator || form == Form.SCAN) assertEquals(form == Form.AUTO, fused, cell.name());
        compare(graph, weights, export, random, ragged);
      }
    }
  }

  private static Graph graph(
      Scope scope, Cell cell, boolean bidirectional, int layers, boolean ragged) {
    Options options =
        Options.of(Encoder.options(List.of(cell)))
            .with(
                Map.of(
                    "cell",
                    cell.name(),
                    "units",
                    "" + UNITS,
                    "layers",
                    "" + layers,
                    "bidirectional",
                    "" + bidirectional));
    Dim t = Dim.symbol("T"), b = Dim.symbol("B");
    Value x = scope.input("x", DType.F32, Shape.of(t, b, Dim.of(WIDTH)));
    Optional<Value> lengths =
        ragged ? Optional.of(scope.input("lengths", DType.I32, Shape.of(b))) : Optional.empty();
    Sequence y = Encoder.of(options, CELLS::get).apply(scope, new Sequence(x, lengths));
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("y", y.values());
    for (Scope.State s : scope.states()) outputs.put("last/" + s.name(), s.last());
    return Graph.of(scope.arguments(), outputs);
  }

  private static void compare(
      Graph graph, Map<String, Tensor> weights, OnnxExport export, Random random, boolean ragged) {
    OnnxRunner runner = Catalog.load(OnnxRunner.class).entries().get(0).plugin();
    try (OnnxRunner.Loaded theirs = runner.load(export.bytes(), 1)) {
      for (String name : List.of("reference", "vector")) {
        Backend backend = Catalog.load(Backend.class).get(name);
        Graph own = name.equals("vector") ? Passes.optimize(graph) : graph;
        try (Executable ours = backend.compile(own, CompileOptions.threads(1))) {
          weights.forEach(ours::write);
          for (int rows : new int[] {1, 5}) {
            for (int steps : new int[] {1, 17}) {
              var feeds = new LinkedHashMap<String, Tensor>();
              feeds.put("x", drawn(random, new long[] {steps, rows, WIDTH}));
              if (ragged) feeds.put("lengths", lengths(random, rows, steps));
              feeds.forEach(ours::write);
              ours.run();
              Map<String, Tensor> results = theirs.run(feeds);
              assertEquals(graph.names().size(), results.size());
              results.forEach(
                  (output, t) -> {
                    double off = Verification.difference(ours.read(output), t);
                    String what = String.join(", ", List.of(name, output, "" + export.loops()));
                    assertTrue(off <= TOLERANCE, () -> off + " apart: " + what);
                  });
            }
          }
        }
      }
    }
  }

  /** From one to all steps; one row, where there are more, has all. */
  private static Tensor lengths(Random random, int rows, int steps) {
    int[] lengths = new int[rows];
    for (int i = 0; i < rows; i++) lengths[i] = 1 + random.nextInt(steps);
    if (rows > 1) lengths[1] = steps;
    return Tensor.of(lengths, rows);
  }

  private static Tensor drawn(Random random, long[] extents) {
    int n = 1;
    int[] dims = new int[extents.length];
    for (int i = 0; i < dims.length; i++) n *= dims[i] = (int) extents[i];
    float[] x = new float[n];
    for (int i = 0; i < n; i++) x[i] = random.nextFloat() - 0.5f;
    return Tensor.of(x, dims);
  }
}
