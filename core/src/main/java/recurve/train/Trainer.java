package recurve.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Tensor;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Report;
import recurve.transform.Passes;

/**
 * Fits a model to a text.
 *
 * <p>A run is a pure function of the model's description and the text: stopped anywhere and resumed
 * from a checkpoint it gives the same bits as if it had never stopped, on any number of threads.
 */
public final class Trainer implements AutoCloseable {
  public static final Option<Integer> EPOCHS =
      Option.of("epochs", 10, "passes over the training text").range(1, 1_000_000);
  public static final Option<Long> SEED =
      Option.of("seed", 1L, "what all random numbers depend on");
  public static final Option<Integer> EARLY_STOP =
      Option.of("early_stop", 0, "stop after so many epochs without gain; 0 is never").atLeast(0);
  public static final Option<Integer> CHECKPOINT_EVERY =
      Option.of("checkpoint_every", 0, "batches between checkpoints; 0 is once an epoch")
          .atLeast(0);
  public static final Option<Integer> AVERAGE_AFTER =
      Option.of("average_after", 0, "epochs before asgd averages; 0 waits for no gain").atLeast(0);
  public static final Option<Integer> AVERAGE_PATIENCE =
      Option.of("average_patience", 5, "epochs without gain before asgd averages").atLeast(1);

  private final Model model;
  private final Options options;
  private final Backend backend;
  private final int threads;
  private volatile boolean stopped;

  /** What {@code fit} and the steps it is made of read. */
  public static List<Option<?>> options() {
    var all = new ArrayList<Option<?>>(TrainingStep.options());
    all.addAll(
        List.of(EPOCHS, SEED, EARLY_STOP, CHECKPOINT_EVERY, AVERAGE_AFTER, AVERAGE_PATIENCE));
    return all;
  }

  /** A trainer of a model on a backend. */
  public Trainer(Model model, Backend backend, int threads) {
    this.model = model;
    this.options = model.options();
    this.backend = backend;
    this.threads = threads;
  }

  /** Stops after the batch under way, with a checkpoint; may be called from any thread. */
  public void stop() {
    stopped = true;
  }

  /** Whether {@link #stop} was called. */
  public boolean isStopped() {
    return stopped;
  }

  /** Trains from the beginning. */
  public Trained fit(Corpus train, Optional<Corpus> validation, Listener listener) {
    Problem problem = model.task().learn(options, train);
    try (Run run = new Run(problem, train, validation, listener)) {
      run.start(Map.of());
      return run.toEnd();
    }
  }

  /**
   * Trains a finished model further: its vocabularies stay, its weights are what this run begins
   * with.
   *
   * @throws TrainingException if the weights are those of a model of another shape
   */
  public Trained tune(Snapshot from, Corpus train, Optional<Corpus> validation, Listener listener) {
    Problem problem = model.task().restore(options, from.vocabularies(), from.files());
    try (Run run = new Run(problem, train, validation, listener)) {
      run.start(from.weights());
      return run.toEnd();
    }
  }

  /**
   * Goes on from a checkpoint.
   *
   * @throws TrainingException if the text is not the one that the run began with
   */
  public Trained resume(
      Snapshot from, Corpus train, Optional<Corpus> validation, Listener listener) {
    // whatever the part before settled, the rest goes as it would have gone at once
    Problem problem = model.task().restore(unsettled(), from.vocabularies(), from.files());
    try (Run run = new Run(problem, train, validation, listener)) {
      run.restore(from);
      return run.toEnd();
    }
  }

  private Options unsettled() {
    var standard = new LinkedHashMap<String, String>();
    for (Option<?> o : model.task().settled(options)) standard.put(o.name(), standard(o));
    return options.with(standard);
  }

  private static <T> String standard(Option<T> option) {
    return option.format(option.standard());
  }

  @Override
  public void close() {
    stop();
  }

  /** One run's memory. */
  private final class Run implements AutoCloseable {
    private final Problem problem;
    private final Corpus train;
    private final Optional<Corpus> validation;
    private final Listener listener;
    private final TrainingStep step;
    private final Executable executable;
    private final Carried carried;
    private final Optional<Evaluator> evaluator;
    private final String fingerprint;
    private final long seed = options.get(SEED);

    private int epoch;
    private int batch;
    private long updates;
    private double nll;
    private double count;
    private final List<Double> costs = new ArrayList<>();
    private Map<String, Tensor> best = Map.of();
    private Map<String, String> settled = Map.of();

    Run(Problem problem, Corpus train, Optional<Corpus> validation, Listener listener) {
      this.problem = problem;
      this.train = train;
      this.validation = validation;
      this.listener = listener;
      this.fingerprint = train.fingerprint();
      this.step = TrainingStep.of(model, problem, DType.F32);
      var compile = CompileOptions.threads(threads).retaining(step.retained());
      this.executable = backend.compile(Passes.optimize(step.graph()), compile);
      this.carried = new Carried(step.scope(), executable);
      this.evaluator =
          validation.map(v -> new Evaluator(model, problem, backend, threads, Optional.empty()));
    }

    /** Begins with some weights, or where there are none with those that are drawn. */
    void start(Map<String, Tensor> weights) {
      // Each depends on seed and name alone, so several may be drawn at once: wide orthogonal ones
      // take seconds.
      Stream<Scope.Parameter> parameters = step.parameters().stream();
      boolean drawn = weights.isEmpty();
      // first of all, so that of several at fault it is always the first that is named
      if (drawn) step.parameters().forEach(p -> Init.check(p.value().shape(), p.name()));
      (drawn && threads > 1 ? parameters.parallel() : parameters)
          .forEach(
              p -> {
                Tensor begins = drawn ? model.start(p, DType.F32, seed) : Weights.get(weights, p);
                synchronized (executable) {
                  executable.write(p.name(), begins);
                }
              });
      step.slots().forEach((name, v) -> executable.write(name, Carried.zeros(v, Map.of())));
    }

    void restore(Snapshot from) {
      Snapshot.State state =
          from.training()
              .orElseThrow(
                  () -> new TrainingException("the model holds no training state; it is done"));
      Snapshot.Position p = state.position();
      if (!p.data().equals(fingerprint)) {
        throw new TrainingException(
            "the training text is not the one this run began with; give the same file, or train"
                + " into another folder");
      }
      state.tensors().forEach(executable::write);
      epoch = p.epoch();
      batch = p.batch();
      updates = p.step();
      nll = p.nll();
      count = p.count();
      costs.addAll(p.validation());
      if (costs.isEmpty()) return;
      best = from.weights();
      settled = new LinkedHashMap<>(from.options());
      settled.keySet().retainAll(model.task().settled(options).stream().map(Option::name).toList());
    }

    Trained toEnd() {
      int epochs = options.get(EPOCHS);
      boolean begun = false;
      while (epoch < epochs && !stopped && !isOver()) {
        Batches batches =
            problem.batches(train, Problem.Purpose.TRAIN, new Problem.Order(seed, epoch));
        if (!begun) listener.begin(step.parameterCount(), batches.size(), epochs);
        begun = true;
        while (batch < batches.size() && !stopped) {
          one(batches);
          int every = options.get(CHECKPOINT_EVERY);
          boolean due = every > 0 && updates % every == 0 && batch < batches.size();
          if (due || (stopped && batch < batches.size())) checkpoint(false);
        }
        if (batch == batches.size()) endOfPass(epochs, batches.size());
      }
      if (settled.isEmpty()) return new Trained(model, problem, weights());
      Model kept = model.with(settled);
      Problem own = kept.task().restore(kept.options(), problem.vocabularies(), problem.files());
      return new Trained(kept, own, weights());
    }

    private void one(Batches batches) {
      Batch b = batches.get(batch);
      carried.write(b.inputs(), b.fresh());
      if (step.takes(Scope.KEY)) executable.write(Scope.KEY, key());
      double rate = rate(batches.size());
      executable.write(TrainingStep.RATE, Tensor.scalar(DType.F32, rate));
      if (step.takes(TrainingStep.APPLY)) {
        int n = averaged(batches.size());
        executable.write(TrainingStep.APPLY, Tensor.scalar(DType.F32, n));
      }
      if (step.takes(Optimizer.AVERAGING)) {
        Tensor on = Tensor.scalar(DType.F32, isAveraging() ? 1 : 0);
        executable.write(Optimizer.AVERAGING, on);
      }
      executable.run();
      nll += executable.scalar(Objective.NLL);
      count += executable.scalar(Objective.COUNT);
      if (!Double.isFinite(nll)) {
        throw new TrainingException(
            "the loss is no longer a number in epoch "
                + (epoch + 1)
                + ", batch "
                + (batch + 1)
                + "; lower learning_rate, or set clip_norm");
      }
      batch++;
      updates++;
      listener.step(
          new Listener.Step(epoch, batch - 1, batches.size(), b.tokens(), nll / count, rate));
    }

    /** How many batches the update of this batch averages; 0 if there is none yet. */
    private int averaged(int batches) {
      int n = options.get(TrainingStep.ACCUMULATE);
      if (n == 0) n = batches;
      int left = batch % n;
      boolean last = batch == batches - 1;
      return left == n - 1 || last ? left + 1 : 0;
    }

    private Tensor key() {
      return Tensor.of(new int[] {(int) seed, (int) (seed >>> 32), (int) updates}, 3);
    }

    private double rate(int batches) {
      var progress =
          new Schedule.Progress(
              updates, epoch, (double) batch / batches, options.get(EPOCHS), costs);
      return Schedule.rate(options, progress);
    }

    private void endOfPass(int epochs, int batches) {
      double mean = nll / count;
      double rate = rate(batches);
      Optional<Report> report = evaluator.map(e -> e.run(current(), validation.orElseThrow()));
      boolean improved =
          report.map(Report::cost).map(c -> costs.stream().allMatch(o -> c < o)).orElse(true);
      report.ifPresent(r -> costs.add(r.cost()));
      if (improved && report.isPresent()) {
        best = current();
        settled = problem.settle(report.get());
      }
      int done = epoch++;
      batch = 0;
      nll = 0;
      count = 0;
      listener.epoch(new Listener.Epoch(done, epochs, mean, rate, report, improved));
      checkpoint(improved);
    }

    private boolean isOver() {
      int patience = options.get(EARLY_STOP);
      return patience > 0 && sinceBest() >= patience;
    }

    private int sinceBest() {
      int at = 0;
      for (int i = 1; i < costs.size(); i++) if (costs.get(i) < costs.get(at)) at = i;
      return costs.isEmpty() ? 0 : costs.size() - 1 - at;
    }

    /** Whether asgd averages: a pure function of the validation so far. */
    private boolean isAveraging() {
      int after = options.get(AVERAGE_AFTER);
      if (after > 0) return epoch >= after;
      int patience = options.get(AVERAGE_PATIENCE);
      for (int i = patience; i < costs.size(); i++) { // Merity et al. 2018, algorithm 1
        double earlier =
            costs.subList(0, i - patience + 1).stream().mapToDouble(c -> c).min().orElseThrow();
        if (costs.get(i) > earlier) return true;
      }
      return false;
    }

    /** The weights as they would be used now: asgd's are its averages. */
    private Map<String, Tensor> current() {
      var weights = new LinkedHashMap<String, Tensor>();
      for (Scope.Parameter p : step.parameters()) {
        String average = p.name() + "/" + Optimizer.AVERAGE;
        boolean averaged = step.slots().containsKey(average) && updates > 0;
        weights.put(p.name(), executable.read(averaged ? average : p.name()));
      }
      return weights;
    }

    private Map<String, Tensor> weights() {
      return best.isEmpty() ? current() : best;
    }

    private void checkpoint(boolean isBest) {
      listener.checkpoint(this::snapshot, isBest);
    }

    private Snapshot snapshot() {
      var tensors = new LinkedHashMap<String, Tensor>();
      for (Scope.Parameter p : step.parameters()) {
        tensors.put(p.name(), executable.read(p.name()));
      }
      for (String slot : step.slots().keySet()) tensors.put(slot, executable.read(slot));
      tensors.putAll(carried.read());
      var position = new Snapshot.Position(epoch, batch, updates, nll, count, costs, fingerprint);
      return new Snapshot(
          model.task().name(),
          model.with(settled).options().toMap(),
          problem.vocabularies(),
          problem.files(),
          weights(),
          Optional.of(new Snapshot.State(tensors, position)));
    }

    @Override
    public void close() {
      executable.close();
      evaluator.ifPresent(Evaluator::close);
    }
  }
}
