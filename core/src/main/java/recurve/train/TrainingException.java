package recurve.train;

/** Training cannot go on; the message says where it stood and what to change. */
public final class TrainingException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  public TrainingException(String message) {
    super(message);
  }
}
