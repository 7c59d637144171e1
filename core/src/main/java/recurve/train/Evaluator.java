package recurve.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.WeightType;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Report;
import recurve.transform.Passes;

/** Runs the objective over a text without training. */
final class Evaluator implements AutoCloseable {
  private final Problem problem;
  private final Scope scope;
  private final Executable executable;
  private final Carried carried;

  /**
   * Compiles the objective.
   *
   * @param kept how weights are kept that stay what they are; empty if they are those of a training
   */
  Evaluator(Model model, Problem problem, Backend backend, int threads, Optional<WeightType> kept) {
    this.problem = problem;
    this.scope =
        Scope.root(Scope.Mode.EVALUATE, problem.carry(Problem.Purpose.EVALUATE), DType.F32);
    Objective objective = problem.objective(scope, model.encoder());
    var outputs = new LinkedHashMap<String, Value>(objective.figures());
    outputs.putAll(Carried.outputs(scope));
    Graph graph = Passes.optimize(Graph.of(scope.arguments(), outputs));
    var options = CompileOptions.threads(threads).retaining(Carried.retained(scope));
    List<String> parameters = scope.parameters().stream().map(Scope.Parameter::name).toList();
    this.executable =
        backend.compile(graph, kept.map(k -> options.holding(parameters, k)).orElse(options));
    this.carried = new Carried(scope, executable);
  }

  Report run(Map<String, Tensor> weights, Corpus corpus) {
    for (Scope.Parameter p : scope.parameters()) {
      executable.write(p.name(), Weights.get(weights, p));
    }
    Evaluation evaluation = problem.evaluation();
    Batches batches = problem.batches(corpus, Problem.Purpose.EVALUATE, Problem.Order.OF_TEXT);
    for (int i = 0; i < batches.size(); i++) {
      Batch batch = batches.get(i);
      carried.write(batch.inputs(), batch.fresh());
      executable.run();
      evaluation.add(batch, executable::read);
    }
    return evaluation.report();
  }

  @Override
  public void close() {
    executable.close();
  }
}
