package recurve.backend.vector;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Precision;
import recurve.cell.Cell;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.measure.Workload;
import recurve.plugin.Catalog;
import recurve.task.Batch;
import recurve.task.Problem;
import recurve.task.Task;
import recurve.train.TrainingStep;
import recurve.transform.Passes;

/**
 * Prints where a training step spends its time, in CPU time, instruction by instruction: {@code
 * StepBench WORKLOAD THREADS STEPS [ROWS [BACKEND [PRECISION]]]}.
 */
final class StepBench {
  private StepBench() {}

  public static void main(String[] args) {
    Workload workload =
        Workload.of(args[0], Catalog.load(Task.class)::get, Catalog.load(Cell.class)::get);
    int threads = Integer.parseInt(args[1]), steps = Integer.parseInt(args[2]);
    int most = args.length > 3 ? Integer.parseInt(args[3]) : 25;
    Problem problem = workload.model().task().learn(workload.model().options(), workload.text());
    TrainingStep step = TrainingStep.of(workload.model(), problem, DType.F32);
    Batch batch =
        problem.batches(workload.text(), Problem.Purpose.TRAIN, new Problem.Order(1, 0)).get(0);
    Backend backend = Catalog.load(Backend.class).get(args.length > 4 ? args[4] : "vector");
    if (args.length > 5) backend = backend.in(Precision.valueOf(args[5]));
    var options = CompileOptions.threads(threads).retaining(step.retained());
    var e = (VectorExecutable) backend.compile(Passes.optimize(step.graph()), options);
    var random = new Random(1);
    int rows =
        batch.inputs().values().stream().filter(t -> t.rank() == 2).findAny().orElseThrow().dim(1);
    for (Value v : step.graph().inputs()) {
      String name = Graph.nameOf(v);
      Tensor given = batch.inputs().get(name);
      e.write(name, given != null ? given : start(v, rows, random));
    }
    long from = System.nanoTime();
    e.run();
    System.out.printf("first step %.2f s%n", (System.nanoTime() - from) / 1e9);
    for (long t = System.nanoTime(); System.nanoTime() - t < 3e9; ) e.run();
    List<Instruction> code = e.program().code();
    double[][] millis = new double[code.size()][steps];
    double[] all = new double[steps];
    double[][] walls = new double[code.size()][steps];
    double[] wall = new double[steps];
    for (int s = 0; s < steps; s++) {
      for (int i = 0; i < code.size(); i++) {
        long t = cpu(e.workers()), w = System.nanoTime();
        e.workers().run(code.get(i));
        walls[i][s] = (System.nanoTime() - w) / 1e6;
        wall[s] += walls[i][s];
        millis[i][s] = (cpu(e.workers()) - t) / 1e6;
        all[s] += millis[i][s];
      }
    }
    var order = new ArrayList<Integer>();
    for (int i = 0; i < code.size(); i++) order.add(i);
    for (double[] m : millis) Arrays.sort(m);
    for (double[] m : walls) Arrays.sort(m);
    Arrays.sort(all);
    Arrays.sort(wall);
    order.sort(Comparator.comparingDouble((Integer i) -> millis[i][steps / 2]).reversed());
    System.out.printf(
        "step %.2f ms of CPU, %.2f ms of wall, %.0f tokens/s, %d instructions%n",
        all[steps / 2], wall[steps / 2], 1e3 * batch.tokens() / wall[steps / 2], code.size());
    for (int i : order.subList(0, Math.min(most, order.size()))) {
      double ms = millis[i][steps / 2];
      String text = code.get(i).toString();
      System.out.printf(
          "%8.2f ms (wall %.2f) %6.1f GFLOP/s #%d %s%n",
          ms,
          walls[i][steps / 2],
          2 * code.get(i).work() / ms / 1e6,
          i,
          text.substring(0, Math.min(400, text.length())));
    }
    e.close();
  }

  /** Of all threads: on a shared machine the wall clock counts what others do. */
  private static long cpu(Workers workers) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long sum = threads.getCurrentThreadCpuTime();
    for (Thread t : workers.threads()) sum += threads.getThreadCpuTime(t.threadId());
    return sum;
  }

  private static Tensor start(Value v, int rows, Random random) {
    int[] dims = new int[v.rank()];
    int size = 1;
    for (int axis = 0; axis < dims.length; axis++) {
      Dim d = v.dim(axis);
      dims[axis] = d.isNumber() ? (int) d.number() : rows;
      size *= dims[axis];
    }
    float[] f = new float[size];
    for (int i = 0; i < size; i++) f[i] = (random.nextFloat() - 0.5f) / 5;
    return dims.length == 0 ? Tensor.scalar(DType.F32, 0.01) : Tensor.of(f, dims);
  }
}
