package recurve.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.backend.Backend;
import recurve.backend.Binding;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Value;
import recurve.task.Batch;
import recurve.task.Problem;
import recurve.train.Listener;
import recurve.train.Trainer;

/** Times whole training steps: forward, backward, clipping, update. */
public final class Training {
  private final Workload workload;
  private final Backend backend;
  private final int threads;

  /** Prepares to time a workload. */
  public Training(Workload workload, Backend backend, int threads) {
    this.workload = workload;
    this.backend = backend;
    this.threads = threads;
  }

  /** Hears how it goes, window by window. */
  @FunctionalInterface
  public interface Watch {
    /** A window of about a second begins when this returns. */
    default void begin() {}

    /**
     * A window is over.
     *
     * @param share of the limit, measured right after it
     * @param warm whether it counts
     */
    void end(double tokensPerSecond, double share, boolean warm);
  }

  /**
   * What was measured over windows of a second once it was warm.
   *
   * @param median tokens a second
   * @param least the slowest window's
   * @param most the fastest window's
   * @param share the median of the part of the limit that a window's products reached: two
   *     operations for each multiply-add; in training three times that, as the backward pass has
   *     two products for each
   * @param limit the median of what the processor could compute right after a window, in GFLOP/s
   * @param firstStep seconds from the start, of training or of compilation, to the end of its first
   *     step
   */
  public record Rate(
      double median, double least, double most, double share, double limit, double firstStep) {}

  /** Trains for some seconds of warm-up, then for some that count. */
  public Rate run(double warmUp, double seconds, Watch watch) {
    var trainer = new Trainer(workload.model(), backend, threads);
    var windows = new Windows(warmUp, seconds, flop(workload), threads, watch);
    Listener meter =
        new Listener() {
          @Override
          public void step(Step step) {
            if (windows.step(step.tokens())) trainer.stop();
          }
        };
    trainer.fit(workload.text(), Optional.empty(), meter);
    return windows.rate();
  }

  /** Floating-point operations of the products of a training step, for each token. */
  static double flop(Workload workload) {
    var model = workload.model();
    Problem problem = model.task().learn(model.options(), workload.text());
    Scope scope = Scope.root(Scope.Mode.TRAIN, problem.carry(Problem.Purpose.TRAIN), DType.F32);
    Value loss = problem.objective(scope, model.encoder()).loss();
    Batch batch =
        problem.batches(workload.text(), Problem.Purpose.TRAIN, new Problem.Order(1, 0)).get(0);
    var inputs = new ArrayList<Value>();
    var extents = new ArrayList<int[]>();
    for (Value v : scope.inputs()) {
      var written = Optional.ofNullable(batch.inputs().get(Graph.nameOf(v)));
      written.ifPresent(
          tensor -> {
            inputs.add(v);
            extents.add(tensor.dims());
          });
    }
    Map<String, Long> binding = Binding.of(inputs, extents);
    var graph = new Graph(scope.arguments(), List.of(loss), List.of("loss"));
    return 3 * 2.0 * Work.multiplyAdds(graph, binding) / batch.tokens();
  }
}
