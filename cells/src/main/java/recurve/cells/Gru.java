package recurve.cells;

import static recurve.ir.Ops.sigmoid;
import static recurve.ir.Ops.tanh;

import java.util.List;
import recurve.cell.Cell;
import recurve.cell.Next;
import recurve.cell.Step;
import recurve.ir.Value;
import recurve.option.Option;

/**
 * The gated recurrent unit (Cho et al. 2014).
 *
 * <pre>
 *   r = σ(W_r x + U_r h + b_r)        h' = (1 - z) ⊙ n + z ⊙ h
 *   z = σ(W_z x + U_z h + b_z)
 *   n = tanh(W_n x + b_n + r ⊙ (U_n h + c_n))      reset=after
 *   n = tanh(W_n x + U_n (r ⊙ h) + b_n)            reset=before
 * </pre>
 */
public final class Gru implements Cell {
  /** Where the reset gate acts. */
  public enum Reset {
    /** On the product: one product serves all gates (cuDNN's and PyTorch's form). */
    AFTER,
    /** On the state, before the product (the first paper's form). */
    BEFORE
  }

  static final Option<Reset> RESET =
      Option.of("reset", Reset.AFTER, "whether the gru resets before or after the product");

  @Override
  public String name() {
    return "gru";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(RESET);
  }

  @Override
  public Next step(Step s) {
    Value x = s.input(), h = s.state("h");
    Value r = sigmoid(s.affine("r", x, h));
    Value z = sigmoid(s.affine("z", x, h));
    Value n =
        switch (s.option(RESET)) {
          case AFTER -> tanh(s.affine("n", x).plus(r.times(s.affine("nh", h))));
          case BEFORE -> tanh(s.affine("n", x, r.times(h)));
        };
    Value hNext = z.oneMinus().times(n).plus(z.times(h));
    return Next.output(hNext).with("h", hNext);
  }
}
