package recurve.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import recurve.backend.Binding;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.io.onnx.OnnxRunner;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.plugin.Catalog;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.train.Trained;
import recurve.train.TrainingStep;

/** The exported training step learns in ONNX Runtime what it learns here. */
class TrainExportTest {
  private static final int STEPS = 50;

  @TempDir Path dir;

  private static Trained load(Path model) {
    var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    var console = new Console(InputStream.nullInputStream(), out, out, false);
    return new Models(Installed.load(List.of(), console)).load(model).trained();
  }

  @Test
  void fiftyStepsGiveTheSameLosses() throws IOException {
    Path text = Cli.text(dir.resolve("text.txt"), 60, 1);
    Path model = dir.resolve("model"), file = dir.resolve("train.onnx");
    Cli.train(text, model, "--epochs", "1").fine();
    String told =
        Cli.run("export", model.toString(), "--onnx", file.toString(), "--graph", "train")
            .fine()
            .out();
    assertTrue(told.contains("output loss"), told);

    Trained trained = load(model);
    TrainingStep step = TrainingStep.of(trained.model(), trained.problem(), DType.F32);
    Batches batches =
        trained.problem().batches(Corpus.text(text), Problem.Purpose.TRAIN, Problem.Order.OF_TEXT);
    var options = CompileOptions.threads(1).retaining(step.retained());
    OnnxRunner runner = Catalog.load(OnnxRunner.class).get("onnxruntime");
    try (Executable ours = new Reference().compile(step.graph(), options);
        OnnxRunner.Loaded theirs = runner.load(Files.readAllBytes(file), 1)) {
      Map<String, Tensor> state = start(trained, step, batches.get(0).inputs());
      state.forEach(ours::write);
      var losses = new ArrayList<Double>();
      for (int i = 0; i < STEPS; i++) {
        Map<String, Tensor> batch = batches.get(i % batches.size()).inputs();
        batch.forEach(ours::write);
        state.putAll(batch);
        ours.run();
        Map<String, Tensor> results = theirs.run(state);
        step.retained().forEach((output, input) -> state.put(input, results.get(output)));
        double expected = ours.scalar("loss"), actual = results.get("loss").item();
        assertEquals(expected, actual, 1e-4 * Math.max(1, expected), "step " + i);
        losses.add(actual);
      }
      assertTrue(losses.getLast() < losses.getFirst(), "it learns: " + losses);
    }
  }

  /** The trained weights, moments of zero, a rate, and zeros for whatever is carried. */
  private static Map<String, Tensor> start(
      Trained trained, TrainingStep step, Map<String, Tensor> batch) {
    var known = new ArrayList<Value>();
    var extents = new ArrayList<int[]>();
    for (Value v : step.graph().inputs()) {
      Tensor t = batch.get(Graph.nameOf(v));
      if (t == null) continue;
      known.add(v);
      extents.add(t.dims());
    }
    Map<String, Long> binding = Binding.of(known, extents);
    var state = new HashMap<String, Tensor>();
    for (Value v : step.graph().inputs()) {
      String name = Graph.nameOf(v);
      int[] dims = v.shape().dims().stream().mapToInt(d -> (int) d.bind(binding)).toArray();
      Tensor zeros = Tensor.zeros(v.dtype(), dims);
      state.put(name, trained.weights().getOrDefault(name, zeros));
    }
    state.put("rate", Tensor.scalar(DType.F32, 0.01));
    return state;
  }
}
