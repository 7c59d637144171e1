package recurve.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.cell.Scope;
import recurve.io.onnx.ImportOptions;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxNetwork;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Options;
import recurve.task.Problem;
import recurve.tasks.Imported.Per;
import recurve.train.Model;
import recurve.train.TrainingException;
import recurve.train.TrainingStep;

/** Graphs of many makes take the place of a model's layers. */
class ImportedTest {
  private static final int WORDS = 6, LABELS = 3, ROWS = 2, STEPS = 4;
  private static final Vocabulary VOCABULARY = new Vocabulary(words());
  private static final Tensor IDS = Tensor.of(new int[] {5, 0, 3, 1, 2, 4, 1, 0}, STEPS, ROWS);

  private static List<String> words() {
    var words = new ArrayList<>(List.of(Vocabulary.UNKNOWN));
    IntStream.range(1, WORDS).forEach(i -> words.add("w" + i));
    return words;
  }

  private static Tensor table() {
    var random = new Random(1);
    float[] x = new float[WORDS * LABELS];
    for (int i = 0; i < x.length; i++) x[i] = random.nextFloat();
    return Tensor.of(x, WORDS, LABELS);
  }

  /** Looks scores up in a table; what is made of them differs. */
  private interface Make {
    Value of(Value rows);
  }

  private static byte[] file(String first, String second, Make make) {
    Value ids = Ops.input("x", DType.I32, Shape.of(Dim.symbol(first), Dim.symbol(second)));
    Value table = Ops.input("E", DType.F32, Shape.of(WORDS, LABELS));
    var graph = Graph.of(List.of(ids, table), Map.of("y", make.of(table.gather(ids))));
    byte[] all =
        OnnxExport.of(graph, Map.of("E", table()), Map.of(), OnnxOptions.defaults()).bytes();
    return OnnxNetwork.of(all, ImportOptions.defaults()).network().file();
  }

  private static Options options(Map<String, String> values) {
    return Options.of(Imported.options()).with(values);
  }

  private static Imported read(byte[] file, Per per, Map<String, String> options) {
    var files = Map.of(Imported.FILE, file);
    return Imported.of(options(options), files, per, LABELS, VOCABULARY).orElseThrow();
  }

  private static Tensor run(Imported imported) {
    Scope scope = Scope.root(Scope.Mode.EVALUATE, Scope.Carry.FRESH, DType.F32);
    Value y = imported.scores(scope);
    try (var run =
        new Reference()
            .compile(Graph.of(scope.arguments(), Map.of("y", y)), CompileOptions.threads(1))) {
      run.write("E", table());
      run.write(Rows.IDS, IDS);
      run.run();
      return run.read("y");
    }
  }

  /** [T, B, labels], by hand. */
  private static void assertLookedUp(Tensor y) {
    assertEquals(List.of(STEPS, ROWS, LABELS), IntStream.of(y.dims()).boxed().toList());
    for (int i = 0; i < STEPS * ROWS; i++) {
      for (int k = 0; k < LABELS; k++) {
        double expected = table().at((int) IDS.at(i) * LABELS + k);
        assertEquals(expected, y.at(i * LABELS + k), 1e-6);
      }
    }
  }

  @Test
  void axesInAnyOrder() {
    assertLookedUp(run(read(file("batch", "words", rows -> rows), Per.WORD, Map.of())));
    assertLookedUp(run(read(file("steps", "N", rows -> rows), Per.WORD, Map.of())));
    assertLookedUp(run(read(file("T", "B", rows -> rows), Per.WORD, Map.of())));
    assertLookedUp(run(read(file("B", "T", rows -> rows), Per.WORD, Map.of())));
    var told = Map.of("graph_layout", "batch-first");
    assertLookedUp(run(read(file("i", "j", rows -> rows), Per.WORD, told)));
    var untold =
        assertThrows(
            OnnxException.class, () -> read(file("i", "j", rows -> rows), Per.WORD, Map.of()));
    assertTrue(untold.getMessage().contains("set graph_layout"), untold.getMessage());
  }

  @Test
  void allWordsInOneAxis() {
    Make flat = rows -> rows.reshape(Shape.of(rows.dim(0).times(rows.dim(1)), Dim.of(LABELS)));
    assertLookedUp(run(read(file("batch", "words", flat), Per.WORD, Map.of())));
    assertLookedUp(run(read(file("words", "batch", flat), Per.WORD, Map.of())));
  }

  @Test
  void probabilitiesBecomeScores() {
    Make softmax = rows -> Ops.softmax(rows, -1);
    var options = Map.of("graph_gives", "probabilities");
    Tensor y = run(read(file("words", "batch", softmax), Per.WORD, options));
    for (int i = 0; i < STEPS * ROWS; i++) {
      double z = 0;
      for (int k = 0; k < LABELS; k++) z += Math.exp(table().at((int) IDS.at(i) * LABELS + k));
      for (int k = 0; k < LABELS; k++) {
        double expected = table().at((int) IDS.at(i) * LABELS + k) - Math.log(z);
        assertEquals(expected, y.at(i * LABELS + k), 1e-5);
      }
    }
  }

  @Test
  void scoresOfTexts() {
    Make sum = rows -> rows.sum(1).squeeze(1);
    Tensor y = run(read(file("batch", "words", sum), Per.TEXT, Map.of()));
    assertEquals(List.of(ROWS, LABELS), IntStream.of(y.dims()).boxed().toList());
    for (int b = 0; b < ROWS; b++) {
      for (int k = 0; k < LABELS; k++) {
        double expected = 0;
        for (int t = 0; t < STEPS; t++) {
          expected += table().at((int) IDS.at(t * ROWS + b) * LABELS + k);
        }
        assertEquals(expected, y.at(b * LABELS + k), 1e-5);
      }
    }
  }

  /** Where the graph knows no lengths, only texts of one length stand together. */
  @Test
  void withoutLengthsNothingIsPadded() {
    Imported imported = read(file("batch", "words", rows -> rows), Per.WORD, Map.of());
    assertTrue(!imported.takesLengths());
    var all = new LinkedHashMap<String, Tensor>();
    all.put(Rows.IDS, IDS);
    all.put(Rows.LENGTHS, Tensor.of(new int[] {4, 4}, 2));
    assertEquals(java.util.Set.of(Rows.IDS), imported.inputs(all).keySet());
    int[] lengths = {3, 1, 3, 2, 2, 3, 3, 1};
    var texts = Buckets.Lengths.of(lengths.length, i -> lengths[i]);
    Buckets buckets = Buckets.sorted(texts, Buckets.Most.rows(3).unpadded());
    var seen = new ArrayList<List<Integer>>();
    for (int[] group : buckets.groups()) {
      seen.add(IntStream.of(group).map(i -> lengths[i]).boxed().toList());
    }
    assertEquals(List.of(List.of(1, 1), List.of(2, 2), List.of(3, 3, 3), List.of(3)), seen);
  }

  /** A weight that is only compared with something learns nothing. */
  @Test
  void weightsWithoutGradientAreNotTrained() {
    Value ids = Ops.input("x", DType.I32, Shape.of(Dim.symbol("T"), Dim.symbol("B")));
    Value table = Ops.input("E", DType.F32, Shape.of(WORDS, LABELS));
    Value bound = Ops.input("bound", DType.F32, Shape.of(LABELS));
    Value y = table.gather(ids);
    Value cut = y.plus(bound.less(0.5).cast(DType.F32));
    var weights = Map.of("E", table(), "bound", Tensor.of(new float[] {0, 1, 0}, LABELS));
    byte[] all =
        OnnxExport.of(
                Graph.of(List.of(ids, table, bound), Map.of("y", cut)),
                weights,
                Map.of(),
                OnnxOptions.defaults())
            .bytes();
    byte[] file = OnnxNetwork.of(all, ImportOptions.defaults()).network().file();
    assertEquals(List.of("E"), trained(file, ""));
    assertEquals(List.of("E"), trained(file, "E"));
    var idle = assertThrows(TrainingException.class, () -> trained(file, "E,b*"));
    assertTrue(idle.getMessage().contains("'bound', which gets no gradient"), idle.getMessage());
    var unknown = assertThrows(TrainingException.class, () -> trained(file, "bond"));
    assertTrue(unknown.getMessage().contains("Did you mean 'bound'?"), unknown.getMessage());
  }

  private static List<String> trained(byte[] file, String trainable) {
    Model model = Model.of("tag").with("trainable", trainable);
    var vocabularies = Map.of("words", words(), "tags", List.of("A", "B", "O"));
    Problem problem =
        model.task().restore(model.options(), vocabularies, Map.of(Imported.FILE, file));
    TrainingStep step = TrainingStep.of(model, problem, DType.F32);
    assertEquals(2, step.parameters().size());
    return step.trained().stream().map(Scope.Parameter::name).toList();
  }

  @Test
  void fixedExtentsAreRefused() {
    Value ids = Ops.input("x", DType.I32, Shape.of(Dim.ONE, Dim.symbol("time")));
    Value table = Ops.input("E", DType.F32, Shape.of(WORDS, LABELS));
    var graph = Graph.of(List.of(ids, table), Map.of("y", table.gather(ids)));
    byte[] all =
        OnnxExport.of(graph, Map.of("E", table()), Map.of(), OnnxOptions.defaults()).bytes();
    byte[] file = OnnxNetwork.of(all, ImportOptions.defaults()).network().file();
    var e = assertThrows(OnnxException.class, () -> read(file, Per.WORD, Map.of()));
    assertTrue(e.getMessage().contains("open (dynamic) axes"), e.getMessage());
  }
}
