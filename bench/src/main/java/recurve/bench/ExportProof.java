package recurve.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import recurve.backend.Backend;
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
 * A trained language model exported and run in ONNX Runtime, beside the same model here: the
 * largest difference of a probability or a state, for both forms and several shapes.
 *
 * <p>{@code ExportProof MODEL_DIR}; exits with 1 if a difference exceeds 1e-5.
 */
public final class ExportProof {
  private static final double TOLERANCE = 1e-5;
  private static final int[][] SHAPES = {{1, 1}, {1, 7}, {50, 1}, {50, 7}}; // steps, rows

  private ExportProof() {}

  /** Compares, and prints a line for each form and shape. */
  public static void main(String[] args) {
    Snapshot snapshot = ModelFolder.read(Path.of(args[0]));
    Trained trained = Trained.of(Model.of(snapshot.task()).with(snapshot.options()), snapshot);
    Trained.Exported step = trained.graph(Scope.Carry.CARRIED);
    boolean holds = true;
    for (var form : new OnnxOptions.Form[] {OnnxOptions.Form.FUSED, OnnxOptions.Form.SCAN}) {
      OnnxExport export =
          OnnxExport.of(
              step.graph(), step.weights(), trained.problem().metadata(), OnnxOptions.of(form));
      for (int[] shape : SHAPES) {
        double worst = difference(trained, step, export, shape[0], shape[1]);
        holds &= worst <= TOLERANCE;
        System.out.printf(
            Locale.ROOT, "%s steps %d rows %d: %.2e%n", form, shape[0], shape[1], worst);
      }
    }
    System.exit(holds ? 0 : 1);
  }

  private static double difference(
      Trained trained, Trained.Exported step, OnnxExport export, int steps, int rows) {
    var random = new Random(steps * 31L + rows);
    int words = trained.problem().vocabularies().values().iterator().next().size();
    Map<String, Long> binding = Map.of("T", (long) steps, "B", (long) rows);
    var feeds = new LinkedHashMap<String, Tensor>();
    for (Value v : step.inputs()) {
      int[] dims = Arrays.stream(v.shape().bind(binding)).mapToInt(Math::toIntExact).toArray();
      Tensor t = Tensor.zeros(v.dtype(), dims);
      for (int i = 0; i < t.size(); i++) {
        if (v.dtype() == DType.I32) t.ints()[i] = random.nextInt(words);
        else t.floats()[i] = random.nextFloat() - 0.5f;
      }
      feeds.put(Graph.nameOf(v), t);
    }
    Map<String, Tensor> ours = ours(trained, step, feeds);
    Map<String, Tensor> theirs = OnnxRuntime.run(export.bytes(), feeds);
    double worst = 0;
    for (String name : ours.keySet()) {
      Tensor a = Objects.requireNonNull(ours.get(name)), b = theirs.get(name);
      if (b == null) throw new IllegalStateException("the exported graph lacks '" + name + "'");
      boolean logs = name.equals("log_probabilities");
      for (int i = 0; i < a.size(); i++) {
        double x = logs ? Math.exp(a.at(i)) : a.at(i), y = logs ? Math.exp(b.at(i)) : b.at(i);
        // a memory cell may count to some dozens: of large values the relative difference
        worst = Math.max(worst, Math.abs(x - y) / Math.max(1, Math.abs(x)));
      }
    }
    return worst;
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
