package recurve.io.onnx;

/** The equations are not these; says in what they differ. */
final class Unlike extends Exception {
  private static final long serialVersionUID = 1;

  Unlike(String reason) {
    super(reason, null, false, false); // one for each try: no need of stack traces
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
