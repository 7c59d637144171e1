package recurve.cells;

import static recurve.ir.Ops.relu;
import static recurve.ir.Ops.sigmoid;
import static recurve.ir.Ops.tanh;

import java.util.List;
import recurve.cell.Cell;
import recurve.cell.Next;
import recurve.cell.Step;
import recurve.ir.Value;
import recurve.option.Option;

/**
 * The simple recurrent network (Elman 1990).
 *
 * <pre>
 *   h' = f(W x + U h + b)
 * </pre>
 */
public final class Elman implements Cell {
  /** What f is. */
  public enum Activation {
    TANH,
    SIGMOID,
    RELU
  }

  static final Option<Activation> ACTIVATION =
      Option.of("activation", Activation.TANH, "the nonlinearity of the elman cell");

  @Override
  public String name() {
    return "elman";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(ACTIVATION);
  }

  @Override
  public Next step(Step s) {
    Value x = s.input(), h = s.state("h");
    Value a = s.affine("h", x, h);
    Value hNext =
        switch (s.option(ACTIVATION)) {
          case TANH -> tanh(a);
          case SIGMOID -> sigmoid(a);
          case RELU -> relu(a);
        };
    return Next.output(hNext).with("h", hNext);
  }
}
