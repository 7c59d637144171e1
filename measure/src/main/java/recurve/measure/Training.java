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
  static final double WINDOW = 1; // seconds

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
    /** A window of about a second is over. */
    void window(double tokensPerSecond, boolean warm);
  }

  /**
   * What was measured.
   *
   * @param median tokens a second, the median over windows of a second once it was warm
   * @param least the slowest window
   * @param most the fastest window
   * @param firstStep seconds from the start, of training or of compilation, to the end of its first
   *     step
   * @param flop floating-point operations of a token: two for each multiply-add of the products; in
   *     training three times that, as the backward pass has two products for each
   */
  public record Rate(double median, double least, double most, double firstStep, double flop) {
    /** Which part of a limit in GFLOP/s was reached. */
    public double shareOf(double gflops) {
      return median * flop / (gflops * 1e9);
    }
  }

  /** Trains for some seconds of warm-up, then for some that count. */
  public Rate run(double warmUp, double seconds, Watch watch) {
    var trainer = new Trainer(workload.model(), backend, threads);
    var meter = new Meter(warmUp, seconds, watch, trainer::stop);
    trainer.fit(workload.text(), Optional.empty(), meter);
    double[] sorted = meter.windows.stream().mapToDouble(d -> d).sorted().toArray();
    return new Rate(
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1],
        meter.firstStep,
        flop(workload));
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

  /** Counts tokens in windows of a second. */
  private static final class Meter implements Listener {
    private final double warmUp;
    private final double seconds;
    private final Watch watch;
    private final Runnable stop;
    private final List<Double> windows = new ArrayList<>();
    private final long start = System.nanoTime();
    private long since = start;
    private long tokens;
    private double firstStep = -1;

    Meter(double warmUp, double seconds, Watch watch, Runnable stop) {
      this.warmUp = warmUp;
      this.seconds = seconds;
      this.watch = watch;
      this.stop = stop;
    }

    @Override
    public void step(Step step) {
      long now = System.nanoTime();
      double passed = (now - start) / 1e9;
      tokens += step.tokens();
      if (firstStep < 0) firstStep = passed;
      double window = (now - since) / 1e9;
      if (window < WINDOW) return;
      boolean warm = (since - start) / 1e9 >= warmUp;
      if (warm) windows.add(tokens / window);
      watch.window(tokens / window, warm);
      since = now;
      tokens = 0;
      if (passed > warmUp + seconds && !windows.isEmpty()) stop.run();
    }
  }
}
