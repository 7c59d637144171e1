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
 * The recurrent highway network (Zilly et al. 2017) with coupled gates: several micro-steps in each
 * step, of which the first sees the input.
 *
 * <pre>
 *   s_0 = h
 *   g_l = tanh(W_g x [l=1] + U_g,l s_{l-1} + b_g,l)
 *   t_l = σ(W_t x [l=1] + U_t,l s_{l-1} + b_t,l + bias)
 *   s_l = t_l ⊙ g_l + (1 - t_l) ⊙ s_{l-1}          h' = s_depth
 * </pre>
 */
public final class Rhn implements Cell {
  static final Option<Integer> DEPTH =
      Option.of("depth", 3, "micro-steps of the highway in each time step").range(1, 20);
  static final Option<Double> TRANSFORM_BIAS =
      Option.of("transform_bias", -2.0, "added to the transform gate of the highway");

  @Override
  public String name() {
    return "rhn";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(DEPTH, TRANSFORM_BIAS);
  }

  @Override
  public Next step(Step s) {
    Value x = s.input(), h = s.state("h");
    for (int l = 1; l <= s.option(DEPTH); l++) {
      Value[] seen = l == 1 ? new Value[] {x, h} : new Value[] {h};
      Value g = tanh(s.affine("g" + l, seen));
      Value t = sigmoid(s.affine("t" + l, seen).plus(s.option(TRANSFORM_BIAS)));
      h = t.times(g).plus(t.oneMinus().times(h));
    }
    return Next.output(h).with("h", h);
  }
}
