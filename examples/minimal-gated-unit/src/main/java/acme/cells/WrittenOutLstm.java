package acme.cells;

import static recurve.ir.Ops.sigmoid;
import static recurve.ir.Ops.tanh;

import recurve.cell.Cell;
import recurve.cell.Init;
import recurve.cell.Next;
import recurve.cell.Step;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * An LSTM as a stranger may write it, every matrix by its own name and sums in another order: there
 * to be as fast as the one that comes with Recurve.
 *
 * <pre>
 *   z_q = U_q h + b_q + W_q x   for q of forget, write, read, new
 *   m'  = tanh(z_new) ⊙ σ(z_write) + m ⊙ σ(z_forget)
 *   h'  = tanh(m') ⊙ σ(z_read)
 * </pre>
 */
public final class WrittenOutLstm implements Cell {
  @Override
  public String name() {
    return "written-out-lstm";
  }

  @Override
  public Next step(Step s) {
    Value memory = s.state("memory");
    Value kept = memory.times(sigmoid(sum(s, "forget")));
    Value added = tanh(sum(s, "new")).times(sigmoid(sum(s, "write")));
    Value next = added.plus(kept);
    Value h = tanh(next).times(sigmoid(sum(s, "read")));
    return Next.output(h).with("h", h).with("memory", next);
  }

  private static Value sum(Step s, String gate) {
    Value x = s.input(), h = s.state("h");
    Value own = h.matmul(s.parameter(gate + ".own", Init.RECURRENT, Shape.of(h.dim(1), h.dim(1))));
    Value in = x.matmul(s.parameter(gate + ".in", Init.WEIGHT, Shape.of(x.dim(1), h.dim(1))));
    return own.plus(s.parameter(gate + ".bias", Init.BIAS)).plus(in);
  }
}
