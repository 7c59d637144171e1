package acme.cells;

import recurve.cell.Cell;
import recurve.tck.CellTck;

class WrittenOutLstmTest extends CellTck {
  @Override
  protected Cell cell() {
    return new WrittenOutLstm();
  }
}
