package recurve.cell;

import recurve.ir.Dim;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Option;

/** What a cell is handed for one time step: input, state, parameters, options, noise. */
public interface Step {
  /** How many units the cell has. */
  int units();

  /** The input of this step, [B, I]. */
  Value input();

  /** A state by name, [B, units], zero at first; the cell must return its next value. */
  default Value state(String name) {
    return state(name, units());
  }

  /** A state of another width, [B, width]. */
  Value state(String name, int width);

  /** A parameter by name, shared by all steps. */
  Value parameter(String name, Init init, Shape shape);

  /** A parameter of one number per unit, [units]. */
  default Value parameter(String name, Init init) {
    return parameter(name, init, Shape.of(units()));
  }

  /**
   * {@code x W + h U + ... + b}, [B, units].
   *
   * <p>Makes the parameters {@code name.W} for the first argument, {@code name.U} for the second,
   * {@code name.V} for the third, each [width of the argument, units], and {@code name.b} [units].
   */
  default Value affine(String name, Value... arguments) {
    return linear(name, arguments).plus(parameter(name + ".b", Init.BIAS));
  }

  /** {@code x W + h U + ...}, [B, units]: {@link #affine} without the bias. */
  default Value linear(String name, Value... arguments) {
    if (arguments.length == 0 || arguments.length > 3) {
      throw new IllegalArgumentException("'" + name + "' has " + arguments.length + " arguments");
    }
    Value sum = product(name + ".W", Init.WEIGHT, arguments[0]);
    if (arguments.length > 1) sum = sum.plus(product(name + ".U", Init.RECURRENT, arguments[1]));
    if (arguments.length > 2) sum = sum.plus(product(name + ".V", Init.WEIGHT, arguments[2]));
    return sum;
  }

  private Value product(String name, Init init, Value argument) {
    return argument.matmul(parameter(name, init, Shape.of(argument.dim(-1), Dim.of(units()))));
  }

  /** The value of one of the cell's options. */
  <T> T option(Option<T> option);

  /** Whether the step is for training; noise is there only then. */
  boolean training();

  /** Uniform noise in [0, 1), [B, width], drawn anew at every step. Training only. */
  Value noisePerStep(int width);

  /** Uniform noise in [0, 1), [B, width], the same at all steps of a sequence. Training only. */
  Value noisePerSequence(int width);
}
