package recurve.cells;

import recurve.cell.Cell;
import recurve.tck.CellTck;

class GruTest extends CellTck {
  @Override
  protected Cell cell() {
    return new Gru();
  }
}
