package recurve.cells;

import recurve.cell.Cell;
import recurve.tck.CellTck;

class PeepholeLstmTest extends CellTck {
  @Override
  protected Cell cell() {
    return new PeepholeLstm();
  }
}
