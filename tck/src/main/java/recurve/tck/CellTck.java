package recurve.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import recurve.backend.Backend;
import recurve.backend.Reference;
import recurve.cell.Cell;
import recurve.cell.Rnn;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Corpus;
import recurve.task.Session;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.Trainer;
import recurve.transform.Passes;

/**
 * What a cell must do: everything follows from its equations, so everything is checked against
 * them.
 *
 * <p>Extend it, hand over the cell, and that is the whole test of a cell. Each check runs for the
 * default options, for every value of switches and choices, for a neighbour of each number, and for
 * the {@link #variants} that the author adds.
 */
public abstract class CellTck {
  private static final Backend REFERENCE = new Reference();

  /** For the class that extends this one. */
  protected CellTck() {}

  /** The cell to test. */
  protected abstract Cell cell();

  /** Further option values to test with, each a map from option to value. */
  protected List<Map<String, String>> variants() {
    return List.of();
  }

  /** Extents of a small network: steps, rows, width of the input, units. */
  private record Extents(int time, int batch, int inputs, int units) {}

  private static final List<Extents> EXTENTS =
      List.of(
          new Extents(1, 1, 1, 1),
          new Extents(4, 2, 3, 3),
          new Extents(3, 1, 6, 2),
          new Extents(5, 3, 1, 4),
          new Extents(6, 4, 2, 5));

  /** Where a test needs one size only. */
  private static final Extents USUAL = new Extents(5, 4, 3, 4);

  // -- what it says of itself

  /** The name can stand in a file. */
  @Test
  public final void nameIsWellFormed() {
    assertTrue(cell().name().matches("[a-z0-9-]+"), cell().name());
  }

  /** Options are declared with a meaning, and each takes its own default. */
  @Test
  public final void optionsAreDocumented() {
    for (Option<?> option : cell().options()) {
      assertFalse(option.meaning().isBlank(), option + " has no meaning");
      acceptsItsDefault(option);
    }
    Options.of(cell().options()); // refuses two of one name
  }

  private static <V> void acceptsItsDefault(Option<V> option) {
    assertEquals(option.standard(), option.parse(option.format(option.standard())));
  }

  /** Two cells of one class, or one asked twice, write the same equations. */
  @TestFactory
  public final Stream<DynamicTest> stepIsAPureFunction() {
    return each(
        (rnn, e) -> {
          var plan = Network.Plan.of(rnn, e.inputs(), DType.F32);
          String first = Network.of(plan).loss().toString();
          assertEquals(first, Network.of(plan).loss().toString());
        },
        List.of(USUAL));
  }

  // -- the gradient

  /**
   * The gradient by every parameter, first state and the input is the central difference in a
   * random direction, in double; and every parameter has one.
   */
  @TestFactory
  public final Stream<DynamicTest> gradientIsThatOfFiniteDifferences() {
    return each(
        (rnn, e) -> gradient(Network.of(Network.Plan.of(rnn, e.inputs(), DType.F64)), e), EXTENTS);
  }

  /** The same in reverse, with a learned first state, and with lengths. */
  @TestFactory
  public final Stream<DynamicTest> gradientOfOtherLoops() {
    return each(
        (rnn, e) -> {
          var learned = new Rnn(rnn.cell(), rnn.options(), rnn.units(), true, true);
          for (Rnn other : List.of(rnn.reversed(), learned)) {
            var plan = Network.Plan.of(other, e.inputs(), DType.F64);
            gradient(Network.of(plan), e);
            gradient(Network.of(plan.withLengths()), e);
          }
        },
        List.of(USUAL));
  }

  private static final int POINTS = 10;

  private void gradient(Network network, Extents e) {
    for (int seed = 1; seed <= POINTS; seed++) {
      Tensors args = network.samples(seed, e.time(), e.batch());
      if (args.has("lengths")) args = Network.padded(args, 0);
      Tensors results = Network.run(REFERENCE, 1, network.full(), args);
      results.forEach((name, t) -> Differences.finite(name, t));
      if (Differences.agree(network.loss(), args, network.differentiated(), results, seed)) {
        if (e.time() > 2 && e.units() > 2) hasGradients(network, results);
        return;
      }
    }
    fail("at none of " + POINTS + " random points is the loss smooth; is a step's result noisy?");
  }

  private static void hasGradients(Network network, Tensors results) {
    for (String name : network.parameters()) {
      assertFalse(
          Differences.isZero(results.get("d " + name)),
          "parameter '" + name + "' has no influence: its gradient is zero");
    }
  }

  // -- the loop

  /** The loop gives what the same steps written out give, in both directions, with gradients. */
  @TestFactory
  public final Stream<DynamicTest> loopIsItsStepsWrittenOut() {
    return each(
        (rnn, e) -> {
          for (Rnn way : List.of(rnn, rnn.reversed())) {
            var plan = Network.Plan.of(way, e.inputs(), DType.F64).at(e.time(), e.batch());
            Network loop = Network.of(plan), unrolled = Network.of(plan.writtenOut());
            Tensors args = loop.samples(3, e.time(), e.batch());
            same(
                Network.run(REFERENCE, 1, unrolled.full(), args),
                Network.run(REFERENCE, 1, loop.full(), args),
                way + ", loop against unrolled");
          }
        },
        EXTENTS);
  }

  /** Padding of NaN changes no bit of a result or gradient; past a row's length all is zero. */
  @TestFactory
  public final Stream<DynamicTest> paddingNeverChangesAResult() {
    return each(
        (rnn, e) -> {
          for (Rnn way : List.of(rnn, rnn.reversed())) {
            var plan = Network.Plan.of(way, e.inputs(), DType.F64).withLengths();
            Network network = Network.of(plan);
            Tensors args = network.samples(5, e.time(), e.batch());
            var zeros = Network.run(REFERENCE, 1, network.full(), Network.padded(args, 0));
            var nan = Network.run(REFERENCE, 1, network.full(), Network.padded(args, Double.NaN));
            zeros.forEach((name, t) -> Differences.finite(name, t));
            assertEquals(zeros, nan, way + ": the padding shows");
            zeroPastLength(zeros.get("y"), args.get("lengths").ints(), "y");
            zeroPastLength(zeros.get("d x"), args.get("lengths").ints(), "d x");
          }
        },
        EXTENTS);
  }

  private static void zeroPastLength(Tensor t, int[] lengths, String name) {
    int batch = t.dim(1), width = t.dim(2);
    for (int i = 0; i < t.size(); i++) {
      if (i / width / batch >= lengths[i / width % batch]) {
        assertEquals(0, t.at(i), name + " past the length");
      }
    }
  }

  /** A row of a padded batch gives what it gives alone; the gradients are the rows' sum. */
  @TestFactory
  public final Stream<DynamicTest> rowsAreIndependent() {
    return each(
        (rnn, e) -> {
          for (Rnn way : List.of(rnn, rnn.reversed())) rowsAreIndependent(way, e);
        },
        EXTENTS);
  }

  private void rowsAreIndependent(Rnn rnn, Extents e) {
    var plan = Network.Plan.of(rnn, e.inputs(), DType.F64).evaluated();
    Network batch = Network.of(plan.withLengths()), alone = Network.of(plan);
    Tensors args = batch.samples(7, e.time(), e.batch());
    var together = Network.run(REFERENCE, 1, batch.full(), Network.padded(args, Double.NaN));
    var sums = new TreeMap<String, double[]>();
    for (int b = 0; b < e.batch(); b++) {
      int length = args.get("lengths").ints()[b];
      var own = Network.run(REFERENCE, 1, alone.full(), batch.row(args, b));
      var expected = new LinkedHashMap<String, Tensor>();
      var actual = new LinkedHashMap<String, Tensor>();
      for (String name : List.of("y", "d x")) {
        expected.put(name, own.get(name));
        actual.put(name, Network.steps(together.get(name), b, length));
      }
      for (String state : batch.states()) {
        for (String name : List.of("last " + state, "d " + state)) {
          expected.put(name, own.get(name));
          actual.put(name, Network.line(together.get(name), b));
        }
      }
      same(new Tensors(expected), new Tensors(actual), rnn + ", row " + b);
      for (String name : batch.parameters()) {
        Tensor d = own.get("d " + name);
        double[] sum = sums.computeIfAbsent(name, n -> new double[d.size()]);
        for (int i = 0; i < sum.length; i++) sum[i] += d.at(i);
      }
    }
    sums.forEach(
        (name, sum) -> {
          Tensor d = together.get("d " + name);
          DOUBLE.check(Tensor.of(sum, d.dims()), d, rnn + ", gradient by " + name);
        });
  }

  // -- what is made of it

  /** The passes keep every value and gradient, whatever the padding holds. */
  @TestFactory
  public final Stream<DynamicTest> passesKeepValues() {
    return each(
        (rnn, e) -> {
          var learned = new Rnn(rnn.cell(), rnn.options(), rnn.units(), true, true);
          for (Rnn way : List.of(rnn, rnn.reversed(), learned)) {
            var plan = Network.Plan.of(way, e.inputs(), DType.F64);
            for (var each : List.of(plan, plan.withLengths(), plan.evaluated().withLengths())) {
              Network network = Network.of(each);
              Graph fast = Passes.optimize(network.full());
              Tensors args = network.samples(11, e.time(), e.batch());
              if (each.masked()) args = Network.padded(args, Double.NaN);
              same(
                  Network.run(REFERENCE, 1, network.full(), args),
                  Network.run(REFERENCE, 1, fast, args),
                  way + ", before and after the passes");
            }
          }
        },
        List.of(USUAL, new Extents(1, 1, 1, 1), new Extents(2, 3, 5, 2)));
  }

  /** Every backend on the module path gives what the reference gives, gradients included. */
  @TestFactory
  public final Stream<DynamicTest> everyBackendGivesWhatTheReferenceGives() {
    var tests = new ArrayList<DynamicTest>();
    for (var backend : Catalog.load(Backend.class).entries()) {
      if (!backend.plugin().support().isAvailable()) continue;
      for (Options options : allOptions()) {
        tests.add(
            dynamicTest(
                backend.name() + " " + describe(options),
                () -> backend(backend.plugin(), new Rnn(cell(), options, 13, false, false))));
      }
    }
    return tests.stream();
  }

  private void backend(Backend backend, Rnn rnn) {
    for (Rnn way : List.of(rnn, rnn.reversed())) {
      var plan = Network.Plan.of(way, 6, DType.F32).withLengths();
      Network network = Network.of(plan);
      Graph fast = Passes.optimize(network.full());
      for (int[] extents : new int[][] {{7, 5}, {1, 1}, {3, 17}}) {
        Tensors args = network.samples(9, extents[0], extents[1]);
        args = Network.padded(args, Double.NaN);
        Tensors expected = Network.run(REFERENCE, 1, network.full(), args);
        Tensors plain = Network.run(backend, 2, network.full(), args);
        Tensors optimized = Network.run(backend, 2, fast, args);
        expected.forEach(
            (name, t) -> {
              Tolerance.GRAPH.check(t, plain.get(name), way + ", " + name);
              Tolerance.GRAPH.check(t, optimized.get(name), way + " after passes, " + name);
            });
      }
    }
  }

  /** Exported to ONNX, fused where the equations allow it and as Scan, ONNX Runtime agrees. */
  @TestFactory
  public final Stream<DynamicTest> anotherRuntimeGivesTheSame() {
    return each(
        (rnn, e) -> {
          for (Rnn way : List.of(rnn, rnn.reversed())) {
            var plan = Network.Plan.of(way, e.inputs(), DType.F32).evaluated().withLengths();
            Network network = Network.of(plan);
            Tensors args = network.samples(13, e.time(), e.batch());
            args = Network.padded(args, Double.NaN);
            exported(network, network.loss(), args, OnnxOptions.Form.AUTO);
            exported(network, network.loss(), args, OnnxOptions.Form.SCAN);
            exported(network, network.full(), args, OnnxOptions.Form.SCAN);
          }
        },
        List.of(USUAL, new Extents(1, 1, 1, 1), new Extents(9, 7, 6, 5)));
  }

  private static void exported(Network network, Graph graph, Tensors args, OnnxOptions.Form form) {
    var weights = new LinkedHashMap<String, Tensor>();
    for (String name : network.parameters()) weights.put(name, args.get(name));
    OnnxExport export = OnnxExport.of(graph, weights, Map.of(), OnnxOptions.of(form));
    Tensors actual = OnnxRuntime.run(export.bytes(), args);
    Network.run(REFERENCE, 1, graph, args)
        .forEach(
            (name, t) -> Tolerance.GRAPH.check(t, actual.get(name), export.loops() + ", " + name));
  }

  // -- a model with it

  private static final int UNITS = 16;
  private static final Corpus NO_TEXT = Corpus.lines(List.of());

  private Model model(int epochs) {
    return Model.of(new Echo(), name -> cell())
        .with(
            Map.of(
                "cell",
                cell().name(),
                "units",
                "" + UNITS,
                "epochs",
                "" + epochs,
                "learning_rate",
                "0.02",
                "clip_norm",
                "5"));
  }

  private static Trained train(Model model, Listener listener) {
    return new Trainer(model, REFERENCE, 1).fit(NO_TEXT, Optional.empty(), listener);
  }

  /** A model with this cell learns to say what it read a step before, in batches with padding. */
  @Test
  public final void aToyTaskIsLearnt() {
    Trained trained = train(model(10), Listener.SILENT);
    double nats = trained.evaluate(NO_TEXT, REFERENCE, 1).get("nats");
    double guessing = Math.log(Echo.SYMBOLS);
    assertTrue(nats < guessing / 4, nats + " nats a symbol; guessing takes " + guessing);
  }

  /** A saved and loaded model gives the same bits. */
  @Test
  public final void aCheckpointGivesTheSameModel(@TempDir Path folder) {
    Trained before = train(model(1), Listener.SILENT);
    Snapshot read = Folders.through(before.snapshot(), folder.resolve("model"));
    Trained after = Trained.of(model(1).with(read.options()), read);
    try (Session one = before.session(REFERENCE, 1);
        Session other = after.session(REFERENCE, 1)) {
      for (int i = 0; i < 2; i++) { // the second goes on from the states of the first
        assertEquals(one.run(Echo.ids(5, 3)), other.run(Echo.ids(5, 3)));
      }
      assertEquals(one.states(), other.states());
    }
  }

  /** Training stopped anywhere and resumed from disk is, bit for bit, as if never stopped. */
  @Test
  public final void aResumedTrainingGivesTheSameModel(@TempDir Path folder) {
    Model model = model(2).with("checkpoint_every", 7);
    var keep = new Folders.Checkpoints();
    Trained whole = train(model, keep);
    List<Snapshot> stops = keep.all();
    for (int i : new int[] {2, stops.size() - 3}) { // in the first pass, and in the second
      Snapshot stop = Folders.through(stops.get(i), folder.resolve("stop" + i));
      Trained resumed =
          new Trainer(model, REFERENCE, 1).resume(stop, NO_TEXT, Optional.empty(), Listener.SILENT);
      assertEquals(whole.weights(), resumed.weights());
    }
  }

  // -- how it is checked

  // sums in another order, some hundreds of operations deep
  private static final Tolerance DOUBLE = new Tolerance(1e5);

  private static void same(Tensors expected, Tensors actual, String what) {
    expected.forEach((name, t) -> DOUBLE.check(t, actual.get(name), what + ": '" + name + "'"));
  }

  private interface Check {
    void of(Rnn rnn, Extents extents);
  }

  private Stream<DynamicTest> each(Check check, List<Extents> sizes) {
    var tests = new ArrayList<DynamicTest>();
    for (Options options : allOptions()) {
      for (Extents e : sizes) {
        var rnn = new Rnn(cell(), options, e.units(), false, false);
        tests.add(dynamicTest(describe(options) + " " + e, () -> check.of(rnn, e)));
      }
    }
    return tests.stream();
  }

  private static String describe(Options options) {
    return options.toMap().isEmpty() ? "no options" : options.toString();
  }

  /** The defaults, each option by itself at other values, and the author's variants. */
  private List<Options> allOptions() {
    Options standard = Options.of(cell().options());
    var all = new LinkedHashMap<String, Options>();
    all.put(standard.toString(), standard);
    for (Option<?> option : cell().options()) {
      for (String value : others(option)) {
        try {
          Options one = standard.with(Map.of(option.name(), value));
          all.putIfAbsent(one.toString(), one);
        } catch (OptionException e) {
          continue; // the neighbour of a number at the end of its range
        }
      }
    }
    for (Map<String, String> variant : variants()) {
      Options one = standard.with(variant);
      all.putIfAbsent(one.toString(), one);
    }
    return List.copyOf(all.values());
  }

  private static List<String> others(Option<?> option) {
    return switch (option.standard()) {
      case Boolean b -> List.of("true", "false");
      case Enum<?> e ->
          Arrays.stream(e.getDeclaringClass().getEnumConstants())
              .map(c -> ((Enum<?>) c).name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'))
              .toList();
      case Integer i -> List.of("" + (i - 1), "" + (i + 1));
      case Double d -> List.of("" + (d + 0.5), "" + (d - 0.5));
      case Object other -> List.of(); // text and lists: the author's variants say
    };
  }
}
