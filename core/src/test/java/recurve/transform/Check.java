package recurve.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** The oracles: central differences, and the reference interpreter. */
final class Check {
  private static final double STEP = 3e-5, ACCURACY = 1e-7;

  private Check() {}

  /** What every input holds: what the test gave, normal numbers elsewhere. */
  static Map<String, Tensor> values(Net net, long seed) {
    var random = new Random(seed);
    var values = new LinkedHashMap<String, Tensor>();
    for (Value v : net.inputs()) {
      String name = Graph.nameOf(v);
      Tensor given = net.given.get(name);
      values.put(name, given != null ? given : normal(random, v, net.binding, 0.5));
    }
    return values;
  }

  private static Tensor normal(Random random, Value v, Map<String, Long> binding, double scale) {
    long[] dims = v.shape().bind(binding);
    int n = 1;
    var ints = new int[dims.length];
    for (int i = 0; i < ints.length; i++) n *= ints[i] = (int) dims[i];
    var elements = new double[n];
    for (int i = 0; i < n; i++) elements[i] = scale * random.nextGaussian();
    return Tensor.of(elements, ints).cast(v.dtype());
  }

  static Map<String, Tensor> run(Graph graph, Map<String, Tensor> values) {
    var results = new LinkedHashMap<String, Tensor>();
    try (var program = new Reference().compile(graph, CompileOptions.threads(1))) {
      for (Value v : graph.inputs()) program.write(Graph.nameOf(v), values.get(Graph.nameOf(v)));
      program.run();
      for (String name : graph.names()) results.put(name, program.read(name));
    }
    return results;
  }

  /**
   * Gradients against differences of five points, one random direction for each parameter. Three
   * points err by the square of the step, which losses of high curvature feel.
   */
  static void gradient(Net net, Value loss, long seed) {
    Graph graph = net.gradient(loss);
    recurve.ir.Verifier.verify(graph);
    Map<String, Tensor> values = values(net, seed);
    Map<String, Tensor> results = run(graph, values);
    Graph forward = net.forward(loss);
    double plain = run(forward, values).get("loss").item();
    assertEquals(plain, results.get("loss").item(), 0, "the loss itself");
    var random = new Random(seed + 1);
    for (var wrt : net.wrt.entrySet()) {
      Tensor direction = normal(random, wrt.getValue(), net.binding, 1);
      double want = 0, got = 0;
      for (int side : new int[] {1, -1, 2, -2}) {
        var moved = new LinkedHashMap<>(values);
        moved.put(wrt.getKey(), move(values.get(wrt.getKey()), direction, side * STEP));
        double weight = Math.abs(side) == 1 ? 8 : -1;
        want +=
            Integer.signum(side) * weight * run(forward, moved).get("loss").item() / (12 * STEP);
      }
      Tensor d = results.get("d " + wrt.getKey());
      for (int i = 0; i < d.size(); i++) {
        if (!Double.isNaN(values.get(wrt.getKey()).at(i))) got += d.at(i) * direction.at(i);
        else assertEquals(0, d.at(i), "gradient of padding in " + wrt.getKey());
      }
      double tolerance = ACCURACY * Math.max(1, Math.abs(want));
      assertEquals(want, got, tolerance, "gradient of " + wrt.getKey());
    }
  }

  private static Tensor move(Tensor at, Tensor direction, double step) {
    var elements = new double[at.size()];
    for (int i = 0; i < elements.length; i++) elements[i] = at.at(i) + step * direction.at(i);
    return Tensor.of(elements, at.dims());
  }

  /** Every output of one graph that the other has too is the same. */
  static void same(Map<String, Tensor> want, Map<String, Tensor> got, double tolerance) {
    same(want, got, tolerance, "");
  }

  /** The same, with what is being checked for the message. */
  static void same(
      Map<String, Tensor> want, Map<String, Tensor> got, double tolerance, String what) {
    for (var output : want.entrySet()) {
      Tensor a = output.getValue(), b = got.get(output.getKey());
      assertTrue(b != null, what + output.getKey());
      assertEquals(a.shape(), b.shape(), what + output.getKey());
      for (int i = 0; i < a.size(); i++) {
        double scale = Math.max(1, Math.abs(a.at(i)));
        assertEquals(a.at(i), b.at(i), tolerance * scale, what + output.getKey() + " at " + i);
      }
    }
  }
}
