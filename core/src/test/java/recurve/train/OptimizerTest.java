package recurve.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Options;

/** Each optimiser's graph against its published equations, written out in plain Java. */
class OptimizerTest {
  private static final double RATE = 0.1;
  private static final int STEPS = 7;

  /** One step of the equations: parameter and gradient to parameter; the array keeps the slots. */
  private interface Equations {
    double next(double p, double g, double[] slots, int t);
  }

  /** Descends along g = p² - t / 3 from two beginnings, by graph and by equations. */
  private static void check(Optimizer optimizer, Map<String, String> set, Equations equations) {
    Options options = Options.of(Optimizer.options()).with(set);
    Value p = Ops.input("p", DType.F64, Shape.of(2));
    Value g = Ops.input("g", DType.F64, Shape.of(2));
    Value rate = Ops.input("rate", DType.F64, Shape.SCALAR);
    var extra = new LinkedHashMap<String, Value>();
    var slots = new Optimizer.Slots("p", extra);
    var outputs = new LinkedHashMap<String, Value>();
    var retained = new LinkedHashMap<String, String>();
    outputs.put("p'", optimizer.update(slots, options, p, g, rate));
    retained.put("p'", "p");
    slots
        .written()
        .forEach(
            (name, v) -> {
              outputs.put(name + "'", v);
              retained.put(name + "'", name);
            });
    var inputs = new ArrayList<Value>(java.util.List.of(p, g, rate));
    inputs.addAll(slots.read().values());
    inputs.addAll(extra.values());
    double[] x = {0.8, -0.3};
    double[][] kept = new double[2][4];
    try (Executable run =
        new Reference()
            .compile(Graph.of(inputs, outputs), CompileOptions.threads(1).retaining(retained))) {
      run.write("p", Tensor.of(x.clone(), 2));
      run.write("rate", Tensor.scalar(DType.F64, RATE));
      slots.read().forEach((name, v) -> run.write(name, Carried.zeros(v, Map.of())));
      for (int t = 0; t < STEPS; t++) {
        double[] gradient = new double[2];
        for (int i = 0; i < 2; i++) {
          gradient[i] = x[i] * x[i] - t / 3.0;
          x[i] = equations.next(x[i], gradient[i], kept[i], t);
        }
        run.write("g", Tensor.of(gradient, 2));
        if (extra.containsKey(Optimizer.AVERAGING)) {
          run.write(Optimizer.AVERAGING, Tensor.scalar(DType.F64, t >= 3 ? 1 : 0));
        }
        run.run();
        assertArrayEquals(x, run.read("p").doubles(), 1e-12, "step " + t);
      }
      if (optimizer == Optimizer.ASGD) {
        double[] means = {kept[0][0], kept[1][0]};
        assertArrayEquals(means, run.read("p/" + Optimizer.AVERAGE).doubles(), 1e-12);
      }
    }
  }

  @Test
  void sgd() {
    check(Optimizer.SGD, Map.of(), (p, g, s, t) -> p - RATE * g);
  }

  @Test
  void weightDecayIsAPenaltyInTheGradient() {
    check(Optimizer.SGD, Map.of("weight_decay", "0.2"), (p, g, s, t) -> p - RATE * (g + 0.2 * p));
  }

  @Test
  void momentum() {
    check(
        Optimizer.MOMENTUM,
        Map.of("momentum", "0.7"),
        (p, g, s, t) -> p - RATE * (s[0] = 0.7 * s[0] + g));
  }

  @Test
  void nesterov() {
    check(
        Optimizer.NESTEROV,
        Map.of("momentum", "0.7"),
        (p, g, s, t) -> {
          s[0] = 0.7 * s[0] + g;
          return p - RATE * (g + 0.7 * s[0]);
        });
  }

  @Test
  void adagrad() {
    check(
        Optimizer.ADAGRAD,
        Map.of(),
        (p, g, s, t) -> p - RATE * g / (Math.sqrt(s[0] += g * g) + 1e-8));
  }

  @Test
  void rmsprop() {
    check(
        Optimizer.RMSPROP,
        Map.of("rho", "0.8"),
        (p, g, s, t) -> p - RATE * g / (Math.sqrt(s[0] = 0.8 * s[0] + 0.2 * g * g) + 1e-8));
  }

  private static double adam(double g, double[] s, int t) {
    s[0] = 0.9 * s[0] + 0.1 * g;
    s[1] = 0.999 * s[1] + 0.001 * g * g;
    double m = s[0] / (1 - Math.pow(0.9, t + 1)), v = s[1] / (1 - Math.pow(0.999, t + 1));
    return m / (Math.sqrt(v) + 1e-8);
  }

  @Test
  void adamWithItsCorrections() {
    check(Optimizer.ADAM, Map.of(), (p, g, s, t) -> p - RATE * adam(g, s, t));
  }

  @Test
  void adamwDecaysBesideTheMoments() {
    check(
        Optimizer.ADAMW,
        Map.of("weight_decay", "0.2"),
        (p, g, s, t) -> p - RATE * (adam(g, s, t) + 0.2 * p));
  }

  @Test
  void asgdAveragesOnceItIsTold() {
    check(
        Optimizer.ASGD,
        Map.of(),
        (p, g, s, t) -> {
          double next = p - RATE * g;
          if (t >= 3) s[1]++;
          s[0] = s[1] == 0 ? next : s[0] + (next - s[0]) / s[1];
          return next;
        });
  }
}
