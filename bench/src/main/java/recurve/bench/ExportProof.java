package recurve.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.cell.Scope;
import recurve.io.checkpoint.ModelFolder;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.plugin.Catalog;
import recurve.task.Session;
import recurve.tck.OnnxRuntime;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;

/**
 * A trained language model exported and run in ONNX Runtime, beside the same model here, and beside
 * both the reference in double: the largest difference of a probability, and of each state relative
 * to its size where over one, for both forms and several shapes.
 *
 * <p>{@code ExportProof MODEL_DIR [TEXT]}; without a text, the words and the states are drawn at
 * random. Exits with 1 if a probability here and there differs by more than 1e-5. States are
 * printed and not judged.
 */
public final class ExportProof {
  private static final double TOLERANCE = 1e-5;
  private static final String LOG_PROBABILITIES = "log_probabilities";
  private static final int[][] SHAPES = {{1, 1}, {1, 7}, {50, 1}, {50, 7}}; // steps, rows

  private ExportProof() {}

  /** Compares, and prints a line for each form and shape. */
  public static void main(String[] args) throws IOException {
    Snapshot snapshot = ModelFolder.read(Path.of(args[0]));
    Trained trained = Trained.of(Model.of(snapshot.task()).with(snapshot.options()), snapshot);
    Trained.Exported step = trained.graph(Scope.Carry.CARRIED);
    List<String> text = args.length < 2 ? List.of() : words(Path.of(args[1]));
    boolean holds = true;
    for (var form : new OnnxOptions.Form[] {OnnxOptions.Form.FUSED, OnnxOptions.Form.SCAN}) {
      OnnxExport export =
          OnnxExport.of(
              step.graph(), step.weights(), trained.problem().metadata(), OnnxOptions.of(form));
      for (int[] shape : SHAPES) {
        Map<String, Tensor> feeds = feeds(trained, step, shape[0], shape[1], text);
        Map<String, Tensor> exact = exact(trained, feeds);
        Map<String, Tensor> ours = ours(trained, step, feeds);
        Map<String, Tensor> theirs = OnnxRuntime.run(export.bytes(), feeds);
        System.out.printf(Locale.ROOT, "%s steps %d rows %d:", form, shape[0], shape[1]);
        for (String name : new TreeSet<>(ours.keySet())) {
          double apart = difference(name, ours, theirs);
          if (name.equals(LOG_PROBABILITIES)) holds &= apart <= TOLERANCE;
          System.out.printf(
              Locale.ROOT,
              "  %s %.1e (from double: ours %.1e, theirs %.1e)",
              name.equals(LOG_PROBABILITIES) ? "probabilities" : name,
              apart,
              difference(name, ours, exact),
              difference(name, theirs, exact));
        }
        System.out.println();
      }
    }
    System.exit(holds ? 0 : 1);
  }

  /** Words and states drawn at random; or of a text, each row from another place, states zero. */
  private static Map<String, Tensor> feeds(
      Trained trained, Trained.Exported step, int steps, int rows, List<String> text) {
    var random = new Random(steps * 31L + rows);
    List<String> words = trained.problem().vocabularies().values().iterator().next();
    Map<String, Long> binding = Map.of("T", (long) steps, "B", (long) rows);
    var feeds = new LinkedHashMap<String, Tensor>();
    for (Value v : step.inputs()) {
      int[] dims = Arrays.stream(v.shape().bind(binding)).mapToInt(Math::toIntExact).toArray();
      Tensor t = Tensor.zeros(v.dtype(), dims);
      for (int i = 0; i < t.size(); i++) {
        if (v.dtype() != DType.I32) t.floats()[i] = text.isEmpty() ? random.nextFloat() - 0.5f : 0;
        else if (text.isEmpty()) t.ints()[i] = random.nextInt(words.size());
        else { // [T, B]
          int word = words.indexOf(text.get(i % rows * (text.size() / rows) + i / rows));
          t.ints()[i] = word >= 0 ? word : words.indexOf("<unk>");
        }
      }
      feeds.put(Graph.nameOf(v), t);
    }
    return feeds;
  }

  private static List<String> words(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .flatMap(line -> Stream.of((line.strip() + " <eos>").split("\\s+")))
        .toList();
  }

  private static double difference(String name, Map<String, Tensor> a, Map<String, Tensor> b) {
    Tensor left = output(name, a), right = output(name, b);
    boolean logs = name.equals(LOG_PROBABILITIES);
    double most = 0;
    for (int i = 0; i < left.size(); i++) {
      double x = logs ? Math.exp(left.at(i)) : left.at(i);
      double y = logs ? Math.exp(right.at(i)) : right.at(i);
      // a memory cell may count to some dozens: of large values the relative difference
      most = Math.max(most, Math.abs(x - y) / Math.max(1, Math.abs(x)));
    }
    return most;
  }

  private static Tensor output(String name, Map<String, Tensor> from) {
    Tensor t = from.get(name);
    if (t == null) throw new IllegalStateException("the exported graph lacks '" + name + "'");
    return t;
  }

  /** The reference in double, on the same weights. */
  private static Map<String, Tensor> exact(Trained trained, Map<String, Tensor> feeds) {
    Trained.Exported step = trained.graph(Scope.Carry.CARRIED, DType.F64);
    var results = new LinkedHashMap<String, Tensor>();
    try (var program = new Reference().compile(step.graph(), CompileOptions.threads(1))) {
      step.weights().forEach(program::write);
      for (Value v : step.inputs()) {
        program.write(Graph.nameOf(v), output(Graph.nameOf(v), feeds).cast(v.dtype()));
      }
      program.run();
      for (String name : step.graph().names()) results.put(name, program.read(name));
    }
    return results;
  }

  private static Map<String, Tensor> ours(
      Trained trained, Trained.Exported step, Map<String, Tensor> feeds) {
    Backend backend = Catalog.load(Backend.class).get("vector");
    try (Session session = trained.session(backend, 2)) {
      var states = new LinkedHashMap<String, Tensor>();
      var batch = new LinkedHashMap<>(feeds);
      for (Scope.State s : step.scope().states()) {
        Tensor state = batch.remove(s.name());
        if (state != null) states.put(s.name(), state);
      }
      session.goOnFrom(states);
      var all = new LinkedHashMap<>(session.run(batch));
      session.states().forEach((name, state) -> all.put(name + "'", state));
      return all;
    }
  }
}
