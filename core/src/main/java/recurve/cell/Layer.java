package recurve.cell;

import java.util.ArrayList;
import java.util.List;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * A function of whole sequences: a cell's loop, or a combination of such functions.
 *
 * <p>The statics are all there is to composing encoders; each works with every other.
 */
@FunctionalInterface
public interface Layer {
  /** Applies the layer; its parameters and states are the scope's. */
  Sequence apply(Scope scope, Sequence x);

  /** How two directions become one sequence. */
  enum Merge {
    /** One beside the other: twice the width. */
    CONCAT,
    /** Added. */
    SUM
  }

  /** One layer after the other, in scopes {@code 0}, {@code 1}, ... */
  static Layer stack(List<Layer> layers) {
    return (scope, x) -> {
      Sequence y = x;
      for (int i = 0; i < layers.size(); i++) y = layers.get(i).apply(scope.in("" + i), y);
      return y;
    };
  }

  /**
   * One layer after the other in one scope: for layers with no parameters, or names of their own.
   */
  default Layer then(Layer next) {
    return (scope, x) -> next.apply(scope, apply(scope, x));
  }

  /** Two layers over the same sequence, merged at each step. */
  static Layer both(Layer forward, Layer backward, Merge merge) {
    return (scope, x) -> {
      Value f = forward.apply(scope.in("forward"), x).values();
      Value b = backward.apply(scope.in("backward"), x).values();
      return x.with(
          switch (merge) {
            case CONCAT -> Ops.concat(2, List.of(f, b));
            case SUM -> f.plus(b);
          });
    };
  }

  /** A cell in both directions. */
  static Layer bidirectional(Rnn rnn, Merge merge) {
    return both(rnn, rnn.reversed(), merge);
  }

  /** {@code x + f(x)} (He et al. 2016). */
  static Layer residual(Layer layer) {
    return (scope, x) -> {
      Sequence y = layer.apply(scope, x);
      if (!y.width().equals(x.width())) {
        throw new CellException(
            "a residual layer must keep its width, but makes " + y.width() + " of " + x.width());
      }
      return y.with(x.values().plus(y.values()));
    };
  }

  /** Dropout of each element at each step (Zaremba et al. 2014), in training. */
  static Layer dropout(double rate) {
    return (scope, x) -> {
      if (rate == 0 || !scope.training()) return x;
      Value noise = scope.noise(x.values().shape());
      return x.with(Ops.dropout(x.values(), noise, rate));
    };
  }

  /** Dropout of the same elements at all steps of a sequence (Gal and Ghahramani 2016). */
  static Layer variationalDropout(double rate) {
    return (scope, x) -> {
      if (rate == 0 || !scope.training()) return x;
      Value noise = scope.noise(x.values().shape().with(0, Dim.ONE));
      Value all = noise.expand(x.values().shape());
      return x.with(Ops.dropout(x.values(), all, rate));
    };
  }

  /** {@code x W}, to another width. */
  static Layer projection(String name, int width) {
    return (scope, x) -> {
      Value w = scope.parameter(name + ".W", Init.WEIGHT, Shape.of(x.width(), Dim.of(width)));
      return x.with(x.values().matmul(w));
    };
  }

  /**
   * A convolution over time, as many steps out as in: zeros stand before the first step and after a
   * row's last.
   *
   * <pre>
   *   y_t = Σ_k x_{t + k - (n - 1) / 2} W_k + b      k = 0 .. n - 1
   * </pre>
   *
   * @param width n, the steps that each output sees
   * @param filters the width of the output
   */
  static Layer convolution(String name, int width, int filters) {
    return (scope, x) -> {
      Dim in = x.width(), n = Dim.of(width);
      Value w = scope.parameter(name + ".W", Init.WEIGHT, Shape.of(n.times(in), Dim.of(filters)));
      Value b = scope.parameter(name + ".b", Init.BIAS, Shape.of(filters));
      int before = (width - 1) / 2;
      Value padded = alive(x).pad(0, Dim.of(before), Dim.of(width - 1 - before));
      var windows = new ArrayList<Value>();
      for (int k = 0; k < width; k++) {
        windows.add(padded.slice(0, Dim.of(k), x.time().plus(k)));
      }
      return x.with(Ops.concat(2, windows).matmul(w).plus(b));
    };
  }

  private static Value alive(Sequence x) {
    return x.alive().map(alive -> alive.where(x.values(), x.values().like(0))).orElse(x.values());
  }

  /** Normalises each step's vector (Ba et al. 2016). */
  static Layer normalization(String name) {
    return (scope, x) -> {
      Shape shape = Shape.of(x.width());
      Value scale = scope.parameter(name + ".scale", new Init.Constant(1), shape);
      Value shift = scope.parameter(name + ".shift", Init.BIAS, shape);
      return x.with(Ops.layerNorm(x.values(), scale, shift, 1e-5));
    };
  }

  /** The layer that does nothing. */
  static Layer identity() {
    return (scope, x) -> x;
  }

  /** Layers one after the other in one scope. */
  static Layer chain(List<Layer> layers) {
    Layer all = identity();
    for (Layer layer : new ArrayList<>(layers)) all = all.then(layer);
    return all;
  }
}
