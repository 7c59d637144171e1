package recurve.cli;

/** A command cannot do what was asked; the message is one sentence for the person who asked. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Exit exit;

  /** What was found; what was expected. What to do. */
  Failure(Exit exit, String message) {
    super(message);
    this.exit = exit;
  }

  Failure(Exit exit, String message, Throwable cause) {
    super(message, cause);
    this.exit = exit;
  }

  static Failure usage(String message) {
    return new Failure(Exit.USAGE, message);
  }

  Exit exit() {
    return exit;
  }
}
