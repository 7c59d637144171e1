package recurve.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.cell.Scope;
import recurve.ir.Tensor;
import recurve.task.Problem;
import recurve.task.Session;
import recurve.transform.Passes;

/** The inference graph compiled, its weights inside. */
final class Predictor implements Session {
  private final Executable executable;
  private final Carried carried;
  private final List<String> outputs;
  private boolean fresh = true;

  Predictor(Trained trained, Backend backend, int threads) {
    Scope.Carry carry = trained.problem().carry(Problem.Purpose.PREDICT);
    Trained.Exported exported = trained.graph(carry);
    Map<String, String> retained = Carried.retained(exported.scope());
    this.outputs = exported.graph().names().stream().filter(n -> !retained.containsKey(n)).toList();
    var compile = CompileOptions.threads(threads).retaining(retained);
    this.executable = backend.compile(Passes.optimize(exported.graph()), compile);
    this.carried = new Carried(exported.scope(), executable);
    exported.weights().forEach(executable::write);
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    carried.write(inputs, fresh);
    fresh = false;
    executable.run();
    var results = new LinkedHashMap<String, Tensor>();
    for (String name : outputs) results.put(name, executable.read(name));
    return results;
  }

  @Override
  public void restart() {
    fresh = true;
  }

  @Override
  public Map<String, Tensor> states() {
    return carried.read();
  }

  @Override
  public void goOnFrom(Map<String, Tensor> states) {
    fresh = false;
    states.forEach(executable::write);
  }

  @Override
  public void close() {
    executable.close();
  }
}
