/** The minimal gated unit, and an LSTM written out, as plugins. */
module acme.cells {
  requires recurve.core;

  provides recurve.cell.Cell with
      acme.cells.MinimalGatedUnit,
      acme.cells.WrittenOutLstm;
}
