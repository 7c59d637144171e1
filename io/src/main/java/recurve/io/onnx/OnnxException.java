package recurve.io.onnx;

/** A graph cannot be told in ONNX as asked; the message names the node and what to do. */
public class OnnxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  public OnnxException(String message) {
    super(message);
  }
}
