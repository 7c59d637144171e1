/** The minimal gated unit, as a plugin. */
module acme.cells {
  requires recurve.core;

  provides recurve.cell.Cell with
      acme.cells.MinimalGatedUnit;
}
