package recurve.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.backend.Backend;
import recurve.backend.WeightType;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Report;
import recurve.task.Session;

/** A model with its vocabularies and weights, ready to be used. */
public record Trained(Model model, Problem problem, Map<String, Tensor> weights) {
  public Trained {
    weights = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /** The model that a snapshot describes; the model gives its task and cells by the same names. */
  public static Trained of(Model model, Snapshot snapshot) {
    Problem problem =
        model.task().restore(model.options(), snapshot.vocabularies(), snapshot.files());
    return new Trained(model, problem, snapshot.weights());
  }

  /** What is saved of it; no training can go on from that. */
  public Snapshot snapshot() {
    return new Snapshot(
        model.task().name(),
        model.options().toMap(),
        problem.vocabularies(),
        problem.files(),
        weights,
        Optional.empty());
  }

  /** The figures on a text. */
  public Report evaluate(Corpus corpus, Backend backend, int threads) {
    return evaluate(corpus, backend, threads, WeightType.F32);
  }

  /** The same with weights that are kept in fewer bytes. */
  public Report evaluate(Corpus corpus, Backend backend, int threads, WeightType kept) {
    try (Evaluator evaluator = new Evaluator(model, problem, backend, threads, Optional.of(kept))) {
      return evaluator.run(weights, corpus);
    }
  }

  /** The model ready to run, for decoding. */
  public Session session(Backend backend, int threads) {
    return session(backend, threads, WeightType.F32);
  }

  /** The same with weights that are kept in fewer bytes. */
  public Session session(Backend backend, int threads, WeightType kept) {
    return new Predictor(this, backend, threads, kept);
  }

  /**
   * The inference graph, for export: parameters, states and batch in; outputs and states out.
   *
   * @param carry whether states come in and go out, or begin as zeros
   */
  public Exported graph(Scope.Carry carry) {
    return graph(carry, DType.F32);
  }

  /**
   * The same in a precision of one's choice: in {@link DType#F64}, the weights widened, it is what
   * the rounding of others is measured against.
   */
  public Exported graph(Scope.Carry carry, DType dtype) {
    String name = carry == Scope.Carry.FRESH ? Problem.Part.PREDICT : Problem.Part.STEP;
    var outputs = new Problem.Part(carry, problem::outputs);
    return graph(problem.parts().getOrDefault(name, outputs), dtype);
  }

  /** One of the problem's graphs, for export. */
  public Exported graph(Problem.Part part) {
    return graph(part, DType.F32);
  }

  /** One of the problem's graphs in a precision of one's choice. */
  public Exported graph(Problem.Part part, DType dtype) {
    Model.Built built = model.outputs(part, dtype);
    var outputs = new LinkedHashMap<String, Value>(built.outputs());
    outputs.putAll(Carried.outputs(built.scope()));
    var own = new LinkedHashMap<String, Tensor>();
    for (Scope.Parameter p : built.scope().parameters()) {
      Tensor w = Weights.get(weights, p);
      own.put(p.name(), p.value().dtype().isFloat() ? w.cast(dtype) : w);
    }
    return new Exported(Graph.of(built.scope().arguments(), outputs), own, built.scope());
  }

  /**
   * A graph with the weights that some of its inputs are.
   *
   * @param scope the model, with its inputs and states
   */
  public record Exported(Graph graph, Map<String, Tensor> weights, Scope scope) {
    /** The inputs that are not weights. */
    public List<Value> inputs() {
      var open = new ArrayList<Value>();
      for (Value v : graph.inputs()) if (!weights.containsKey(Graph.nameOf(v))) open.add(v);
      return open;
    }
  }
}
