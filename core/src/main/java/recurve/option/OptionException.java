package recurve.option;

/** An option that is unknown, or a value that it does not take. The message is one sentence. */
public final class OptionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** What was given, what is taken, and the nearest name where one is near. */
  public OptionException(String message) {
    super(message);
  }
}
