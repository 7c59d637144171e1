package recurve.cells;

import static recurve.ir.Ops.sigmoid;
import static recurve.ir.Ops.tanh;

import java.util.List;
import recurve.cell.Cell;
import recurve.cell.Init;
import recurve.cell.Next;
import recurve.cell.Step;
import recurve.ir.Value;
import recurve.option.Option;

/**
 * The LSTM whose gates see the memory (Gers and Schmidhuber 2000).
 *
 * <pre>
 *   i = σ(W_i x + U_i h + p_i ⊙ c + b_i)        c' = f ⊙ c + i ⊙ g
 *   f = σ(W_f x + U_f h + p_f ⊙ c + b_f + bias) h' = o ⊙ tanh(c')
 *   g = tanh(W_g x + U_g h + b_g)
 *   o = σ(W_o x + U_o h + p_o ⊙ c' + b_o)
 * </pre>
 */
public final class PeepholeLstm implements Cell {
  @Override
  public String name() {
    return "peephole-lstm";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(Lstm.FORGET_BIAS);
  }

  @Override
  public Next step(Step s) {
    Value x = s.input(), h = s.state("h"), c = s.state("c");
    Value i = sigmoid(s.affine("i", x, h).plus(peephole(s, "i", c)));
    Value f =
        sigmoid(s.affine("f", x, h).plus(peephole(s, "f", c)).plus(s.option(Lstm.FORGET_BIAS)));
    Value g = tanh(s.affine("g", x, h));
    Value cNext = f.times(c).plus(i.times(g));
    Value o = sigmoid(s.affine("o", x, h).plus(peephole(s, "o", cNext)));
    Value hNext = o.times(tanh(cNext));
    return Next.output(hNext).with("h", hNext).with("c", cNext);
  }

  private static Value peephole(Step s, String gate, Value c) {
    return s.parameter(gate + ".p", Init.BIAS).times(c);
  }
}
