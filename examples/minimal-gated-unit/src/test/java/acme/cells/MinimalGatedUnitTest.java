package acme.cells;

import recurve.cell.Cell;
import recurve.tck.CellTck;

class MinimalGatedUnitTest extends CellTck {
  @Override
  protected Cell cell() {
    return new MinimalGatedUnit();
  }
}
