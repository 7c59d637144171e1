package recurve.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.cell.Scope;
import recurve.io.checkpoint.ModelFolder;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxExport;
import recurve.io.onnx.OnnxOptions;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.train.Model;
import recurve.train.Snapshot;
import recurve.train.Trained;
import recurve.train.TrainingStep;
import recurve.transform.Passes;
import tools.jackson.databind.json.JsonMapper;

/**
 * A trained model as ONNX files, each with cases beside it: what goes in, from batches of a text,
 * and what must come out, from the reference in double. Other runtimes are held against them.
 *
 * <p>{@code InteropCases MODEL_DIR TEXT OUT_DIR NAME} writes {@code NAME-PART-FORM.onnx} and {@code
 * .json} of the same name; and, of a model without dropout, {@code NAME-train.onnx} with batches,
 * the weights that it begins with, and the losses of its steps.
 */
public final class InteropCases {
  private static final int BATCHES = 3, ROWS = 3, STEPS = 50;
  // at ten times this a trained translator's loss climbs, and with it what rounding has begun
  private static final double RATE = 0.001;
  private static final JsonMapper JSON = new JsonMapper();

  private InteropCases() {}

  /** Writes the files, and prints a line for each. */
  public static void main(String[] args) throws IOException {
    Snapshot snapshot = ModelFolder.read(Path.of(args[0]));
    Trained trained = Trained.of(model(snapshot), snapshot);
    Corpus text = Corpus.text(Path.of(args[1]));
    Path out = Files.createDirectories(Path.of(args[2]));
    for (Map.Entry<String, Problem.Part> part : trained.problem().parts().entrySet()) {
      if (!isWhole(trained, part.getValue(), text)) continue;
      Trained.Exported graph = trained.graph(part.getValue());
      for (var form : List.of(OnnxOptions.Form.AUTO, OnnxOptions.Form.SCAN)) {
        String name = args[3] + "-" + part.getKey() + "-" + form.name().toLowerCase(Locale.ROOT);
        OnnxExport.of(
                graph.graph(), graph.weights(), trained.problem().metadata(), OnnxOptions.of(form))
            .write(out.resolve(name + ".onnx"));
        Set<String> early =
            form == OnnxOptions.Form.AUTO ? OnnxExport.endingEarly(graph.graph()) : Set.of();
        List<Map<String, Object>> cases = cases(trained, text, part.getValue(), early);
        Files.writeString(out.resolve(name + ".json"), JSON.writeValueAsString(cases));
        System.out.println(name + ": " + cases.size() + " cases");
      }
    }
    train(trained, text, Path.of(args[0]), out, args[3] + "-train");
  }

  /** The training step, what goes into it, and the losses by the reference in double. */
  private static void train(Trained trained, Corpus text, Path model, Path out, String name)
      throws IOException {
    TrainingStep step = TrainingStep.of(trained.model(), trained.problem(), DType.F32);
    try {
      OnnxExport.of(
              Passes.optimize(step.graph()),
              Map.of(),
              trained.problem().metadata(),
              OnnxOptions.of(OnnxOptions.Form.AUTO))
          .write(out.resolve(name + ".onnx"));
    } catch (OnnxException e) {
      System.out.println(name + " is left out: " + e.getMessage());
      return;
    }
    Batches all = trained.problem().batches(text, Problem.Purpose.TRAIN, Problem.Order.OF_TEXT);
    var batches = new ArrayList<Map<String, Tensor>>();
    for (int i = 0; i < STEPS; i++) batches.add(all.get(i % all.size()).inputs());
    byte[] weights = Files.readAllBytes(model.resolve("weights.safetensors"));
    Map<String, Object> cases =
        Map.of(
            "weights",
            Base64.getEncoder().encodeToString(weights),
            "rate",
            RATE,
            "batches",
            batches.stream().map(InteropCases::json).toList(),
            "losses",
            losses(trained, batches));
    Files.writeString(out.resolve(name + ".json"), JSON.writeValueAsString(cases));
    System.out.println(name + ": " + batches.size() + " steps");
  }

  private static List<Double> losses(Trained trained, List<Map<String, Tensor>> batches) {
    TrainingStep step = TrainingStep.of(trained.model(), trained.problem(), DType.F64);
    var options = CompileOptions.threads(1).retaining(step.retained());
    var losses = new ArrayList<Double>();
    try (var program = new Reference().compile(step.graph(), options)) {
      Map<String, Long> extents = extents(step.graph().inputs(), batches.get(0));
      for (Value v : step.graph().inputs()) { // moments and states begin as zeros
        Tensor given = trained.weights().get(Graph.nameOf(v));
        Tensor zeros = Tensor.zeros(v.dtype(), dims(v.shape().bind(extents)));
        program.write(Graph.nameOf(v), given == null ? zeros : given.cast(v.dtype()));
      }
      program.write("rate", Tensor.scalar(DType.F64, RATE));
      for (Map<String, Tensor> batch : batches) {
        batch.forEach(program::write);
        program.run();
        losses.add(program.scalar("loss"));
      }
    }
    return losses;
  }

  /** With few rows in a batch: every number of a case is written out. */
  private static Model model(Snapshot snapshot) {
    return Model.of(snapshot.task()).with(snapshot.options()).with(Batches.BATCH.name(), ROWS);
  }

  /**
   * Whether batches of a text are all that a graph takes, but for states that it carries itself.
   */
  private static boolean isWhole(Trained trained, Problem.Part part, Corpus text) {
    if (part.carry() == Scope.Carry.CARRIED) {
      return trained.problem().carry(Problem.Purpose.PREDICT) == part.carry();
    }
    Set<String> given = batches(trained, text).get(0).inputs().keySet();
    return trained.graph(part).inputs().stream().map(Graph::nameOf).allMatch(given::contains);
  }

  private static Batches batches(Trained trained, Corpus text) {
    return trained.problem().batches(text, Problem.Purpose.EVALUATE, Problem.Order.OF_TEXT);
  }

  /** The first batches of the text; states, where there are any, go on from one to the next. */
  private static List<Map<String, Object>> cases(
      Trained trained, Corpus text, Problem.Part part, Set<String> early) {
    Trained.Exported exact = trained.graph(part, DType.F64);
    Batches batches = batches(trained, text);
    var cases = new ArrayList<Map<String, Object>>();
    try (var program = new Reference().compile(exact.graph(), CompileOptions.threads(1))) {
      exact.weights().forEach(program::write);
      Map<String, Tensor> states = Map.of();
      for (int i = 0; i < Math.min(BATCHES, batches.size()); i++) {
        Map<String, Tensor> feeds = feeds(exact, batches.get(i).inputs(), states);
        feeds.forEach((name, t) -> program.write(name, t));
        program.run();
        var outputs = new LinkedHashMap<String, Tensor>();
        for (String name : exact.graph().names()) outputs.put(name, program.read(name));
        states = Map.copyOf(outputs);
        if (!early.isEmpty()) cut(outputs, early, end(trained));
        cases.add(Map.of("inputs", json(feeds), "outputs", json(outputs)));
      }
    }
    return cases;
  }

  /** The id after which a row says nothing more. */
  private static int end(Trained trained) {
    return Objects.requireNonNull(trained.problem().vocabularies().get("target")).indexOf("</s>");
  }

  /** As many steps as a loop turns that ends with the last of its rows. */
  private static void cut(Map<String, Tensor> outputs, Set<String> early, int end) {
    Tensor said = Objects.requireNonNull(outputs.get("said"));
    int rows = said.dim(1), turns = 0;
    for (int b = 0; b < rows; b++) {
      int t = 0;
      while (t < said.dim(0) && said.ints()[t * rows + b] != end) t++;
      turns = Math.max(turns, Math.min(t + 1, said.dim(0)));
    }
    for (String name : early) {
      outputs.put(name, Objects.requireNonNull(outputs.get(name)).first(turns));
    }
  }

  private static Map<String, Tensor> feeds(
      Trained.Exported graph, Map<String, Tensor> batch, Map<String, Tensor> before) {
    var feeds = new LinkedHashMap<String, Tensor>();
    Map<String, Long> extents = extents(graph.inputs(), batch);
    for (Value v : graph.inputs()) {
      String name = Graph.nameOf(v);
      Tensor given = batch.get(name);
      Tensor last = before.get(name + "'");
      if (given != null) feeds.put(name, given.cast(v.dtype()));
      else if (last != null) feeds.put(name, last);
      else feeds.put(name, Tensor.zeros(v.dtype(), dims(v.shape().bind(extents))));
    }
    return feeds;
  }

  private static Map<String, Long> extents(List<Value> inputs, Map<String, Tensor> batch) {
    var extents = new HashMap<String, Long>();
    for (Value v : inputs) {
      Tensor given = batch.get(Graph.nameOf(v));
      if (given == null) continue;
      for (int i = 0; i < v.rank(); i++) extents.put(v.dim(i).toString(), (long) given.dim(i));
    }
    return extents;
  }

  private static int[] dims(long[] extents) {
    return Arrays.stream(extents).mapToInt(Math::toIntExact).toArray();
  }

  private static Map<String, Object> json(Map<String, Tensor> tensors) {
    var object = new LinkedHashMap<String, Object>();
    tensors.forEach(
        (name, t) ->
            object.put(
                name,
                Map.of(
                    "integers",
                    t.dtype() == DType.I32,
                    "dims",
                    t.dims(),
                    "data",
                    t.dtype() == DType.I32 ? t.ints() : t.cast(DType.F64).doubles())));
    return object;
  }
}
