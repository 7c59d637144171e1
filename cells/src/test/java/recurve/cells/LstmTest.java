package recurve.cells;

import recurve.cell.Cell;
import recurve.tck.CellTck;

class LstmTest extends CellTck {
  @Override
  protected Cell cell() {
    return new Lstm();
  }
}
