package acme.cells;

import static recurve.ir.Ops.sigmoid;
import static recurve.ir.Ops.tanh;

import recurve.cell.Cell;
import recurve.cell.Next;
import recurve.cell.Step;
import recurve.ir.Value;

/**
 * Minimal gated unit (Zhou et al. 2016): a GRU with one gate.
 *
 * <pre>
 *   f  = σ(W_f x + U_f h + b_f)
 *   h~ = tanh(W x + U (f ⊙ h) + b)
 *   h' = (1 - f) ⊙ h + f ⊙ h~
 * </pre>
 */
public final class MinimalGatedUnit implements Cell {
  @Override
  public String name() {
    return "mgu";
  }

  @Override
  public Next step(Step s) {
    Value x = s.input(), h = s.state("h");
    Value f = sigmoid(s.affine("f", x, h));
    Value candidate = tanh(s.affine("h", x, f.times(h)));
    Value hNext = f.oneMinus().times(h).plus(f.times(candidate));
    return Next.output(hNext).with("h", hNext);
  }
}
