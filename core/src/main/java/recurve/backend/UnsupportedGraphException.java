package recurve.backend;

/** A backend was handed a graph that it cannot run. */
public final class UnsupportedGraphException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** One sentence that names the backend, the node and what to use in its place. */
  public UnsupportedGraphException(String message) {
    super(message);
  }
}
