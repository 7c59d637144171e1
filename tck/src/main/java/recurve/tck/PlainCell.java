package recurve.tck;

import recurve.cell.Cell;
import recurve.cell.Next;
import recurve.cell.Step;
import recurve.ir.Ops;
import recurve.ir.Value;

/** The smallest cell, {@code h' = tanh(W x + U h + b)}: to test tasks with. */
final class PlainCell implements Cell {
  @Override
  public String name() {
    return "plain";
  }

  @Override
  public Next step(Step s) {
    Value h = Ops.tanh(s.affine("h", s.input(), s.state("h")));
    return Next.output(h).with("h", h);
  }
}
