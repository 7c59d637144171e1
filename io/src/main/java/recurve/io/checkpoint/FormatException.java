package recurve.io.checkpoint;

/** Content that is not what its format asks for; the reader that knows the file adds its name. */
final class FormatException extends Exception {
  private static final long serialVersionUID = 1;

  FormatException(String message) {
    super(message);
  }
}
