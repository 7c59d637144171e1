package recurve.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.WeightType;
import recurve.ir.Tensor;
import recurve.option.Nearest;
import recurve.task.Problem;
import recurve.task.Session;
import recurve.transform.Passes;

/** The graphs of a trained model, each compiled when it is first run, its weights inside. */
final class Predictor implements Session {
  private final Trained trained;
  private final Backend backend;
  private final int threads;
  private final WeightType kept;
  private final Problem.Part part;
  private final Map<String, Predictor> parts = new LinkedHashMap<>();
  private Optional<Compiled> compiled = Optional.empty();
  private boolean fresh = true;

  private record Compiled(Executable executable, Carried carried, List<String> outputs) {}

  Predictor(Trained trained, Backend backend, int threads, WeightType kept) {
    this(
        trained,
        backend,
        threads,
        kept,
        new Problem.Part(
            trained.problem().carry(Problem.Purpose.PREDICT), trained.problem()::outputs));
  }

  private Predictor(
      Trained trained, Backend backend, int threads, WeightType kept, Problem.Part part) {
    this.trained = trained;
    this.backend = backend;
    this.threads = threads;
    this.kept = kept;
    this.part = part;
  }

  private Compiled compiled() {
    if (compiled.isEmpty()) compiled = Optional.of(compile());
    return compiled.get();
  }

  private Compiled compile() {
    Trained.Exported exported = trained.graph(part);
    Map<String, String> retained = Carried.retained(exported.scope());
    List<String> outputs =
        exported.graph().names().stream().filter(n -> !retained.containsKey(n)).toList();
    var options =
        CompileOptions.threads(threads)
            .retaining(retained)
            .holding(exported.weights().keySet(), kept);
    Executable executable = backend.compile(Passes.optimize(exported.graph()), options);
    exported.weights().forEach(executable::write);
    return new Compiled(executable, new Carried(exported.scope(), executable), outputs);
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    Compiled c = compiled();
    c.carried.write(inputs, fresh);
    fresh = false;
    c.executable.run();
    var results = new LinkedHashMap<String, Tensor>();
    for (String name : c.outputs) results.put(name, c.executable.read(name));
    return results;
  }

  @Override
  public Session part(String name) {
    Map<String, Problem.Part> all = trained.problem().parts();
    Problem.Part asked = all.get(name);
    if (asked == null) {
      throw new TrainingException(
          "the model has no graph '" + name + "'." + Nearest.hint(name, all.keySet()));
    }
    return parts.computeIfAbsent(name, n -> new Predictor(trained, backend, threads, kept, asked));
  }

  @Override
  public void restart() {
    fresh = true;
  }

  @Override
  public Map<String, Tensor> states() {
    return compiled().carried.read();
  }

  @Override
  public void goOnFrom(Map<String, Tensor> states) {
    fresh = false;
    states.forEach(compiled().executable::write);
  }

  @Override
  public void close() {
    compiled.ifPresent(c -> c.executable.close());
    parts.values().forEach(Predictor::close);
  }
}
