package recurve.tasks.classify;

import java.util.List;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;

/** A multi-layer perceptron from a vector to the scores of the labels. */
final class Head {
  static final Option<Integer> LAYERS =
      Option.of("head_layers", 0, "hidden layers between the vector and the scores").range(0, 100);
  static final Option<List<Integer>> UNITS =
      Option.ofNumbers("head_units", 100, "units of a hidden layer, or one number for each")
          .atLeast(1);
  static final Option<Double> DROPOUT =
      Option.of("head_dropout", 0.0, "dropout before each layer of the head").range(0, 0.99);

  private Head() {}

  /** Scores, [B, labels], of vectors, [B, width]. */
  static Value scores(Scope scope, Options options, Value x, int labels) {
    int layers = options.get(LAYERS);
    List<Integer> units = Option.each(UNITS, options.get(UNITS), layers);
    Value y = x;
    for (int i = 0; i < layers; i++) {
      y = Ops.relu(affine(scope, "hidden." + i, dropout(scope, options, y), units.get(i)));
    }
    return affine(scope, "output", dropout(scope, options, y), labels);
  }

  private static Value affine(Scope scope, String name, Value x, int width) {
    Dim out = Dim.of(width);
    Value w = scope.parameter(name + ".W", Init.WEIGHT, Shape.of(x.dim(-1), out));
    return x.matmul(w).plus(scope.parameter(name + ".b", Init.BIAS, Shape.of(out)));
  }

  private static Value dropout(Scope scope, Options options, Value x) {
    double rate = options.get(DROPOUT);
    if (rate == 0 || !scope.training()) return x;
    return Ops.dropout(x, scope.noise(x.shape()), rate);
  }
}
