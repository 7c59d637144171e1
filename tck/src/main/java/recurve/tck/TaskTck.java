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
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import recurve.backend.Backend;
import recurve.backend.Reference;
import recurve.cell.Scope;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Problem.Order;
import recurve.task.Problem.Purpose;
import recurve.task.Report;
import recurve.task.Session;
import recurve.task.Task;
import recurve.train.Listener;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.Trainer;
import recurve.transform.Gradient;

/**
 * What a task must do: the same batches whenever they are asked for, a loss whose gradient is right
 * and that falls, a model that is the same after saving, resuming and on every backend.
 *
 * <p>Extend it, hand over the task and a small text, and options that keep the model small. The
 * cell is the simplest there is: a task knows none.
 */
public abstract class TaskTck {
  private static final Backend REFERENCE = new Reference();
  private static final int POINTS = 10;

  /** For the class that extends this one. */
  protected TaskTck() {}

  /** The task to test. */
  protected abstract Task task();

  /** A text, some dozens of lines, that a small model can learn. */
  protected abstract Corpus text();

  /** What is predicted from; the text, unless predicting reads another format. */
  protected Corpus input() {
    return text();
  }

  /** Values of options that differ from the defaults. */
  protected Map<String, String> options() {
    return Map.of();
  }

  private Model model() {
    var all = new LinkedHashMap<String, String>();
    all.put("cell", "plain");
    all.put("units", "12");
    all.put("epochs", "3");
    all.put("learning_rate", "0.02");
    all.putAll(options());
    return Model.of(task(), name -> new PlainCell()).with(all);
  }

  private Problem learnt(Model model) {
    return task().learn(model.options(), text());
  }

  private Trained train(Model model, Listener listener) {
    return new Trainer(model, REFERENCE, 1).fit(text(), Optional.empty(), listener);
  }

  // -- what it says of itself

  /** The name can stand in a command and a file. */
  @Test
  public final void nameIsWellFormed() {
    assertTrue(task().name().matches("[a-z0-9-]+"), task().name());
  }

  /** Options are declared with a meaning, and none twice. */
  @Test
  public final void optionsAreDocumented() {
    var all = new ArrayList<Option<?>>(task().options());
    all.addAll(task().decoding());
    for (Option<?> option : all) assertFalse(option.meaning().isBlank(), option + ": no meaning");
    Options.of(Model.declared(task(), List.of(new PlainCell()))); // refuses two of one name
    Options.of(task().decoding());
    assertTrue(task().decoding().containsAll(task().evaluating()), "evaluating() is of decoding()");
  }

  // -- the data

  /** A batch is a pure function of text, purpose, order and index, asked in whatever order. */
  @Test
  public final void batchesArePure() {
    Problem problem = learnt(model());
    for (Purpose purpose : List.of(Purpose.TRAIN, Purpose.EVALUATE)) {
      var order = new Order(7, 2);
      Batches batches = problem.batches(text(), purpose, order);
      Batches again = learnt(model()).batches(text(), purpose, order);
      assertTrue(batches.size() > 0, "no batch of the text");
      assertEquals(batches.size(), again.size());
      for (int i = again.size() - 1; i >= 0; i--) {
        assertEquals(again.get(i), batches.get(i), purpose + ", batch " + i);
        assertTrue(batches.get(i).tokens() > 0, "batch " + i + " counts no token");
      }
      assertTrue(batches.get(0).fresh(), "the first batch goes on from another");
    }
  }

  /** Each batch gives the objective every input that it asks for. */
  @Test
  public final void batchesFeedTheObjective() {
    Model model = model();
    Problem problem = learnt(model);
    for (Purpose purpose : List.of(Purpose.TRAIN, Purpose.EVALUATE)) {
      Scope scope = scope(problem, purpose, DType.F32);
      problem.objective(scope, model.encoder());
      Batches batches = problem.batches(text(), purpose, new Order(1, 0));
      for (int i = 0; i < batches.size(); i++) {
        for (Value v : scope.inputs()) {
          String name = Graph.nameOf(v);
          if (isGiven(name)) continue;
          Tensor t = batches.get(i).inputs().get(name);
          if (t == null) fail("batch " + i + " lacks '" + name + "'");
          else assertEquals(v.dtype(), t.dtype(), name);
        }
      }
    }
  }

  // the trainer gives these
  private static boolean isGiven(String input) {
    return input.equals(Scope.KEY) || input.equals(Scope.RESTART);
  }

  private static Scope scope(Problem problem, Purpose purpose, DType dtype) {
    var mode = purpose == Purpose.TRAIN ? Scope.Mode.TRAIN : Scope.Mode.EVALUATE;
    return Scope.root(mode, problem.carry(purpose), dtype);
  }

  /** What is restored from the vocabularies is what was learnt: same graph, same batches. */
  @Test
  public final void restoredIsAsLearnt() {
    Model model = model();
    Problem learnt = learnt(model);
    Problem restored = task().restore(model.options(), learnt.vocabularies(), learnt.files());
    assertEquals(learnt.vocabularies(), restored.vocabularies());
    assertEquals(loss(model, learnt).toString(), loss(model, restored).toString());
    assertEquals(learnt.metadata(), restored.metadata());
    var order = new Order(1, 1);
    assertEquals(
        learnt.batches(text(), Purpose.TRAIN, order).get(0),
        restored.batches(text(), Purpose.TRAIN, order).get(0));
  }

  private static Graph loss(Model model, Problem problem) {
    Scope scope = scope(problem, Purpose.TRAIN, DType.F32);
    Objective objective = problem.objective(scope, model.encoder());
    return Graph.of(scope.arguments(), Map.of("loss", objective.loss()));
  }

  // -- the loss

  /** The gradient by every parameter is the central difference, and each has one. */
  @Test
  public final void gradientIsThatOfFiniteDifferences() {
    Model model = model();
    Problem problem = learnt(model);
    Scope scope = scope(problem, Purpose.TRAIN, DType.F64);
    Objective objective = problem.objective(scope, model.encoder());
    List<String> names =
        scope.parameters().stream()
            .filter(Scope.Parameter::trainable)
            .map(Scope.Parameter::name)
            .toList();
    Graph loss = Graph.of(scope.arguments(), Map.of("loss", objective.loss()));
    Graph full = gradients(scope, objective);
    Batches batches = problem.batches(text(), Purpose.TRAIN, new Order(1, 0));
    var silent = new ArrayList<>(names);
    boolean smooth = false;
    for (int i = 0; i < POINTS; i++) {
      Tensors args = args(scope, batches.get(i % batches.size()), i);
      Tensors results = Network.run(REFERENCE, 1, full, args);
      results.forEach(Differences::finite);
      silent.removeIf(name -> !Differences.isZero(results.get("d " + name)));
      smooth = smooth || Differences.agree(loss, args, names, results, i);
      if (smooth && silent.isEmpty()) return;
    }
    assertEquals(List.of(), silent, "parameters without influence on the loss");
    fail("at none of " + POINTS + " random points is the loss smooth");
  }

  private static Graph gradients(Scope scope, Objective objective) {
    List<Scope.Parameter> trained =
        scope.parameters().stream().filter(Scope.Parameter::trainable).toList();
    Gradient.Result r =
        Gradient.of(
            objective.loss(),
            trained.stream().map(Scope.Parameter::value).toList(),
            List.copyOf(objective.figures().values()));
    var outputs = new LinkedHashMap<String, Value>();
    for (int i = 0; i < trained.size(); i++) {
      outputs.put("d " + trained.get(i).name(), r.gradients().get(i));
    }
    outputs.put("loss", r.loss());
    return Graph.of(scope.arguments(), outputs);
  }

  /** Random parameters in double, states of zero, one batch. */
  private static Tensors args(Scope scope, Batch batch, long seed) {
    var args = new LinkedHashMap<String, Tensor>();
    var known = new ArrayList<Value>();
    var extents = new ArrayList<int[]>();
    for (Value v : scope.inputs()) {
      String name = Graph.nameOf(v);
      if (isGiven(name)) continue;
      Tensor t = batch.inputs().get(name);
      if (t == null) return fail("the batch lacks '" + name + "'");
      args.put(name, t.dtype().isFloat() ? t.cast(v.dtype()) : t);
      known.add(v);
      extents.add(t.dims());
    }
    Map<String, Long> binding = recurve.backend.Binding.of(known, extents);
    var samples = new Samples(seed);
    for (Value v : scope.arguments()) {
      int[] dims = Arrays.stream(v.shape().bind(binding)).mapToInt(Math::toIntExact).toArray();
      args.computeIfAbsent(
          Graph.nameOf(v),
          name ->
              v.dtype().isFloat()
                  ? half(samples.floats(v.dtype(), dims))
                  : Tensor.zeros(v.dtype(), dims));
    }
    return new Tensors(args);
  }

  private static Tensor half(Tensor t) {
    var half = new double[t.size()];
    for (int i = 0; i < half.length; i++) half[i] = t.at(i) / 2;
    return Tensor.of(half, t.dims()).cast(t.dtype());
  }

  // -- a model of it

  /** Training makes the selected figure better than that of a model that never trained. */
  @Test
  public final void trainingHelps() {
    Trained untrained = train(model().with("learning_rate", 0).with("epochs", 1), Listener.SILENT);
    Trained trained = train(model(), Listener.SILENT);
    Report before = untrained.evaluate(text(), REFERENCE, 1);
    Report after = trained.evaluate(text(), REFERENCE, 1);
    after.figures().forEach((name, v) -> assertTrue(Double.isFinite(v), name + " is " + v));
    assertTrue(
        after.cost() < before.cost(),
        after.selected()
            + ": "
            + before.get(before.selected())
            + " before, "
            + after.get(after.selected())
            + " after");
  }

  /** A saved and loaded model evaluates and predicts the same. */
  @Test
  public final void aCheckpointGivesTheSameModel(@TempDir Path folder) {
    Trained before = train(model().with("epochs", 1), Listener.SILENT);
    Snapshot read = Folders.through(before.snapshot(), folder.resolve("model"));
    Trained after = Trained.of(model().with(read.options()), read);
    assertEquals(before.evaluate(text(), REFERENCE, 1), after.evaluate(text(), REFERENCE, 1));
    List<String> lines = predict(before, REFERENCE);
    assertFalse(lines.isEmpty(), "nothing is predicted");
    assertEquals(lines, predict(before, REFERENCE), "predicted twice");
    assertEquals(lines, predict(after, REFERENCE), "predicted after loading");
  }

  private List<String> predict(Trained trained, Backend backend) {
    try (Session session = trained.session(backend, 1)) {
      Options decoding = Options.of(task().decoding());
      return trained.problem().predict(session, input(), decoding).toList();
    }
  }

  /** Training stopped anywhere and resumed from disk is, bit for bit, as if never stopped. */
  @Test
  public final void aResumedTrainingGivesTheSameModel(@TempDir Path folder) {
    Model model = model().with("epochs", 2).with("checkpoint_every", 2);
    var keep = new Folders.Checkpoints();
    Trained whole = train(model, keep);
    List<Snapshot> stops = keep.all();
    assertTrue(stops.size() > 1, "the text makes too few batches to stop between");
    for (int i : new int[] {0, stops.size() / 2}) {
      Snapshot stop = Folders.through(stops.get(i), folder.resolve("stop" + i));
      var trainer = new Trainer(model, REFERENCE, 1);
      Trained resumed = trainer.resume(stop, text(), Optional.empty(), Listener.SILENT);
      assertEquals(whole.weights(), resumed.weights());
    }
  }

  /** Whole sequences are judged the same in batches of any size. */
  @Test
  public final void batchSizeNeverChangesAResult() {
    Model model = model();
    Trained trained = train(model.with("epochs", 1), Listener.SILENT);
    boolean whole = trained.problem().carry(Purpose.EVALUATE) == Scope.Carry.FRESH;
    // of streams the size decides where each begins
    if (!whole || !model.options().declares(Batches.BATCH)) return;
    Report one = evaluate(trained, model.with("batch", 1));
    for (int size : new int[] {3, 8}) {
      assertClose(one, evaluate(trained, model.with("batch", size)));
    }
    if (!model.options().declares(Batches.BATCH_TOKENS)) return;
    assertClose(one, evaluate(trained, model.with("batch_tokens", 20)));
  }

  private static void assertClose(Report one, Report other) {
    one.figures()
        .forEach(
            (name, v) -> assertEquals(v, other.get(name), 1e-4 * Math.max(1, Math.abs(v)), name));
  }

  private Report evaluate(Trained trained, Model as) {
    var problem =
        as.task()
            .restore(as.options(), trained.problem().vocabularies(), trained.problem().files());
    return new Trained(as, problem, trained.weights()).evaluate(text(), REFERENCE, 1);
  }

  /** Every backend on the module path judges a model as the reference does. */
  @TestFactory
  public final Stream<DynamicTest> everyBackendGivesWhatTheReferenceGives() {
    return Catalog.load(Backend.class).entries().stream()
        .filter(e -> e.plugin().support().isAvailable())
        .map(e -> dynamicTest(e.name(), () -> backend(e.plugin())));
  }

  private void backend(Backend backend) {
    Trained trained = train(model().with("epochs", 1), Listener.SILENT);
    Report expected = trained.evaluate(text(), REFERENCE, 1);
    Report actual = trained.evaluate(text(), backend, 2);
    expected
        .figures()
        .forEach(
            (name, v) -> assertEquals(v, actual.get(name), 1e-3 * Math.max(1, Math.abs(v)), name));
    assertEquals(predict(trained, backend).size(), predict(trained, REFERENCE).size());
  }

  /** Exported to ONNX, fused and as Scan, a trained model gives the same in ONNX Runtime. */
  @Test
  public final void anotherRuntimeGivesTheSame() {
    Trained trained = train(model().with("epochs", 1), Listener.SILENT);
    Trained.Exported exported = trained.graph(Scope.Carry.FRESH);
    Batch batch = trained.problem().batches(text(), Purpose.EVALUATE, Order.OF_TEXT).get(0);
    var args = new Tensors(batch.inputs());
    for (OnnxOptions.Form form : List.of(OnnxOptions.Form.AUTO, OnnxOptions.Form.SCAN)) {
      Map<String, String> metadata = trained.problem().metadata();
      OnnxExport onnx =
          OnnxExport.of(exported.graph(), exported.weights(), metadata, OnnxOptions.of(form));
      Tensors actual = OnnxRuntime.run(onnx.bytes(), args);
      var all = new LinkedHashMap<>(batch.inputs());
      all.putAll(exported.weights());
      Network.run(REFERENCE, 1, exported.graph(), new Tensors(all))
          .forEach((name, t) -> Tolerance.GRAPH.check(t, actual.get(name), form + ", " + name));
    }
  }

  /** The outputs are a graph for itself: what is exported. */
  @Test
  public final void outputsStandAlone() {
    Model model = model();
    Problem problem = learnt(model);
    for (Scope.Carry carry : Scope.Carry.values()) {
      Scope scope = Scope.root(Scope.Mode.EVALUATE, carry, DType.F32);
      Map<String, Value> outputs = problem.outputs(scope, model.encoder());
      assertFalse(outputs.isEmpty());
      Graph.of(scope.arguments(), outputs); // refuses what is not among the arguments
      boolean random = scope.inputs().stream().anyMatch(v -> Graph.nameOf(v).equals(Scope.KEY));
      assertFalse(random, "outputs draw random numbers");
    }
  }
}
