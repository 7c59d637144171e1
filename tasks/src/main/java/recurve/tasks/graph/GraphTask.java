package recurve.tasks.graph;

import java.util.List;
import java.util.Map;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxNetwork;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Task;
import recurve.tasks.Imported;

/**
 * The task {@code graph}: whatever an imported graph computes, trained by an output of its own that
 * is the loss, on arrays in {@code .npz} files.
 */
public final class GraphTask implements Task {
  static final Option<String> LOSS =
      Option.of("loss", "", "output of the graph that is the loss; if empty, the only lone number");
  static final Option<String> BATCH_AXIS =
      Option.of("graph_batch", "", "name of the graph's open axis along which examples lie");

  @Override
  public String name() {
    return "graph";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(LOSS, BATCH_AXIS, Batches.BATCH);
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    throw new OptionException(
        "task graph trains what recurve import made of an ONNX file; name its folder by --from");
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    throw new OptionException("the model has no graph; it is another task's");
  }

  @Override
  public Problem restore(
      Options options, Map<String, List<String>> vocabularies, Map<String, byte[]> files) {
    byte[] file = files.get(Imported.FILE);
    if (file == null) return restore(options, vocabularies);
    if (!vocabularies.isEmpty()) {
      throw new OnnxException("task graph reads arrays and takes no vocabulary");
    }
    return new GraphProblem(options, OnnxNetwork.read(file, Map.of()));
  }
}
