package recurve.cell;

/** A cell breaks the rules of a step; the message names cell, state and source line. */
public final class CellException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  public CellException(String message) {
    super(message);
  }
}
