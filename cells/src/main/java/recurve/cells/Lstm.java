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
 * Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gate (Gers et al. 2000).
 *
 * <pre>
 *   i = σ(W_i x + U_i h + b_i)        c' = f ⊙ c + i ⊙ g
 *   f = σ(W_f x + U_f h + b_f + bias) h' = o ⊙ tanh(c')
 *   g = tanh(W_g x + U_g h + b_g)
 *   o = σ(W_o x + U_o h + b_o)
 * </pre>
 */
public final class Lstm implements Cell {
  static final Option<Double> FORGET_BIAS =
      Option.of("forget_bias", 1.0, "added to the forget gate (Jozefowicz et al. 2015)");

  @Override
  public String name() {
    return "lstm";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(FORGET_BIAS);
  }

  @Override
  public Next step(Step s) {
    Value x = s.input(), h = s.state("h"), c = s.state("c");
    Value i = sigmoid(s.affine("i", x, h));
    Value f = sigmoid(s.affine("f", x, h).plus(s.option(FORGET_BIAS)));
    Value g = tanh(s.affine("g", x, h));
    Value o = sigmoid(s.affine("o", x, h));
    Value cNext = f.times(c).plus(i.times(g));
    Value hNext = o.times(tanh(cNext));
    return Next.output(hNext).with("h", hNext).with("c", cNext);
  }
}
