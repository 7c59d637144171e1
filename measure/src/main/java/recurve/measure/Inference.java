package recurve.measure;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.WeightType;
import recurve.cell.Cell;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.task.Problem;
import recurve.task.Task;
import recurve.train.Model;
import recurve.train.Trained;
import recurve.transform.Passes;

/**
 * Times a language model that is run and not trained: words and states go in, probabilities of the
 * next words and states come out.
 *
 * <p>Weights and words are random, since speed does not depend on them.
 */
public final class Inference {
  private static final String BASE = "medium";

  private static final Map<String, Extent> EXTENTS = extents();

  private final Extent extent;
  private final Trained trained;
  private final Trained.Exported exported;
  private final Map<String, Long> binding;

  /** Steps and rows of a run, and what is said of it. */
  private record Extent(int steps, int rows, String about) {
    int tokens() {
      return steps * rows;
    }
  }

  private static Map<String, Extent> extents() {
    var all = new LinkedHashMap<String, Extent>();
    all.put("generate", new Extent(1, 1, "medium not trained but run, one word at a time"));
    all.put("score", new Extent(40, 32, "medium not trained but run, 32 rows of 40 words"));
    return all;
  }

  private Inference(Extent extent, Trained trained) {
    this.extent = extent;
    this.trained = trained;
    this.exported = trained.graph(Scope.Carry.CARRIED);
    Value words = exported.inputs().stream().filter(v -> v.dtype() == DType.I32).findAny().get();
    this.binding =
        Map.of(
            words.dim(0).toString(), (long) extent.steps(),
            words.dim(1).toString(), (long) extent.rows());
  }

  /** The names, and what each is. */
  public static Map<String, String> all() {
    var all = new LinkedHashMap<String, String>();
    EXTENTS.forEach((name, extent) -> all.put(name, extent.about()));
    return all;
  }

  /**
   * The one of a name.
   *
   * @param own options of the model in place of those of {@code medium}
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Inference of(
      String name,
      Function<String, Task> tasks,
      Function<String, Cell> cells,
      Map<String, String> own) {
    Extent extent = EXTENTS.get(name);
    if (extent == null) throw new IllegalArgumentException("no inference '" + name + "'");
    return new Inference(extent, drawn(Workload.of(BASE, tasks, cells).with(own)));
  }

  /** A workload's model with random weights. */
  private static Trained drawn(Workload workload) {
    Model model = workload.model();
    Problem problem = model.task().learn(model.options(), workload.text());
    Scope scope = Scope.root(Scope.Mode.EVALUATE, Scope.Carry.CARRIED, DType.F32);
    problem.outputs(scope, model.encoder());
    var random = new Random(1);
    var weights = new LinkedHashMap<String, Tensor>();
    for (Scope.Parameter p : scope.parameters()) {
      Tensor t = zeros(p.value(), Map.of());
      for (int i = 0; i < t.size(); i++) t.floats()[i] = (random.nextFloat() - 0.5f) / 5;
      weights.put(p.name(), t);
    }
    return new Trained(model, problem, weights);
  }

  /** The graph that is run, with its weights: for whoever runs it elsewhere. */
  public Trained trained() {
    return trained;
  }

  /** Runs for some seconds of warm-up, then for some that count. */
  public Training.Rate run(
      Backend backend,
      int threads,
      WeightType weights,
      double warmUp,
      double seconds,
      Training.Watch watch) {
    double flop = 2.0 * Work.multiplyAdds(exported.graph(), binding) / extent.tokens();
    var windows = new Windows(warmUp, seconds, flop, threads, watch);
    try (Executable executable =
        backend.compile(
            Passes.optimize(exported.graph()),
            CompileOptions.threads(threads)
                .retaining(states())
                .holding(exported.weights().keySet(), weights))) {
      for (Value v : exported.graph().inputs()) {
        Tensor weight = exported.weights().get(Graph.nameOf(v));
        executable.write(Graph.nameOf(v), weight != null ? weight : begin(v));
      }
      do step(executable);
      while (!windows.step(extent.tokens()));
    }
    return windows.rate();
  }

  /** Output name to input name. */
  private Map<String, String> states() {
    var states = new LinkedHashMap<String, String>();
    exported.scope().states().forEach(s -> states.put(s.name() + "'", s.name()));
    return states;
  }

  private Tensor begin(Value v) {
    Tensor t = zeros(v, binding);
    if (v.dtype() == DType.I32) Arrays.setAll(t.ints(), i -> i % Workload.WORDS);
    return t;
  }

  private static Tensor zeros(Value v, Map<String, Long> binding) {
    int[] dims =
        v.shape().dims().stream().mapToInt((Dim d) -> Math.toIntExact(d.bind(binding))).toArray();
    return Tensor.zeros(v.dtype(), dims);
  }

  /** One run; a generation looks at what comes next, a score leaves it where it lies. */
  private void step(Executable executable) {
    for (Value v : exported.inputs()) {
      if (v.dtype() == DType.I32) executable.write(Graph.nameOf(v), begin(v));
    }
    executable.run();
    if (extent.rows() > 1) return;
    Map<String, String> states = states();
    for (String name : exported.graph().names()) {
      if (!states.containsKey(name)) executable.read(name);
    }
  }
}
