package recurve.ir;

/** Values do not fit together: a wrong shape, element type, axis or binding. */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** One sentence: what was found, where, and what was expected. */
  public ShapeException(String message) {
    super(message);
  }
}
