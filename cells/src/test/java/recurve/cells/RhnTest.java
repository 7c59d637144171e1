package recurve.cells;

import recurve.cell.Cell;
import recurve.tck.CellTck;

class RhnTest extends CellTck {
  @Override
  protected Cell cell() {
    return new Rhn();
  }
}
