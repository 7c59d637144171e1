package recurve.io.onnx;

/**
 * How a graph is told in ONNX.
 *
 * @param form how loops are written
 * @param opset the version of ONNX's operators, 17 to 23; nothing here is gained by a newer one,
 *     and the oldest is understood by the most runtimes
 * @param name the graph's name in the file
 */
public record OnnxOptions(Form form, int opset, String name) {

  /** How loops are written. */
  public enum Form {
    /** Fused where the equations are those of an ONNX operator, Scan where not. */
    AUTO,
    /** Fused; a loop that cannot be is an error. */
    FUSED,
    /** Scan, whatever the equations. */
    SCAN
  }

  public OnnxOptions {
    if (opset < 17 || opset > 23) {
      throw new OnnxException("opset " + opset + " is not written; choose 17 to 23");
    }
  }

  /** Opset 17, fused where possible. */
  public static OnnxOptions defaults() {
    return of(Form.AUTO);
  }

  /** Opset 17. */
  public static OnnxOptions of(Form form) {
    return new OnnxOptions(form, 17, "recurve");
  }

  /** Another opset. */
  public OnnxOptions withOpset(int other) {
    return new OnnxOptions(form, other, name);
  }

  /** The oldest file format that may hold the opset: a newer one is refused by older runtimes. */
  int irVersion() {
    return switch (opset) {
      case 17, 18 -> 8;
      case 19, 20 -> 9;
      case 21, 22 -> 10;
      default -> 11; // 23, by the constructor
    };
  }
}
