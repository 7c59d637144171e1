package recurve.cells;

import recurve.cell.Cell;
import recurve.tck.CellTck;

class ElmanTest extends CellTck {
  @Override
  protected Cell cell() {
    return new Elman();
  }
}
