/** Recurrent cells: Elman, LSTM, peephole LSTM, GRU and the recurrent highway network. */
module recurve.cells {
  requires recurve.core;

  provides recurve.cell.Cell with
      recurve.cells.Elman,
      recurve.cells.Gru,
      recurve.cells.Lstm,
      recurve.cells.PeepholeLstm,
      recurve.cells.Rhn;
}
