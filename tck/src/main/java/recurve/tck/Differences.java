package recurve.tck;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Random;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Gradients against central differences in double, one random direction for each input. */
final class Differences {
  private static final double STEP = 1e-5;
  private static final Backend REFERENCE = new Reference();

  private Differences() {}

  /**
   * Whether the loss is smooth about the point, so that a difference says something; where it is
   * and the gradient is not the difference, the test fails.
   *
   * @param loss a graph with the output {@code loss}
   * @param gradients {@code d NAME} for each input named
   */
  static boolean agree(Graph loss, Tensors args, List<String> names, Tensors gradients, long seed) {
    try (Executable e = REFERENCE.compile(loss, CompileOptions.threads(1))) {
      for (Value v : loss.inputs()) e.write(Graph.nameOf(v), args.get(Graph.nameOf(v)));
      var random = new Random(seed);
      for (String name : names) {
        Tensor at = args.get(name), d = gradients.get("d " + name);
        double[] direction = random.doubles(d.size(), -1, 1).toArray();
        double slope = 0;
        for (int i = 0; i < direction.length; i++) slope += d.at(i) * direction[i];
        double difference = difference(e, name, at, direction, STEP);
        double finer = difference(e, name, at, direction, STEP / 4);
        e.write(name, at);
        double allowed = 1e-6 * Math.max(1, Math.abs(difference));
        if (Math.abs(difference - finer) > allowed) return false;
        if (!(Math.abs(slope - finer) <= allowed)) {
          fail("gradient by '" + name + "': " + slope + ", but the difference is " + finer);
        }
      }
      return true;
    }
  }

  private static double difference(
      Executable loss, String name, Tensor at, double[] direction, double step) {
    double ahead = value(loss, name, at, direction, step);
    return (ahead - value(loss, name, at, direction, -step)) / (2 * step);
  }

  private static double value(
      Executable loss, String name, Tensor at, double[] direction, double by) {
    Tensor moved = at.copy();
    for (int i = 0; i < direction.length; i++) moved.doubles()[i] += by * direction[i];
    loss.write(name, moved);
    loss.run();
    return loss.scalar("loss");
  }

  /** Fails if an element is infinite or not a number. */
  static void finite(String name, Tensor t) {
    for (int i = 0; i < t.size(); i++) {
      if (!Double.isFinite(t.at(i))) {
        fail("'" + name + "' has " + t.at(i) + "; for numbers of ordinary size nothing overflows");
      }
    }
  }

  /** Whether every element is zero. */
  static boolean isZero(Tensor t) {
    for (int i = 0; i < t.size(); i++) if (t.at(i) != 0) return false;
    return true;
  }
}
