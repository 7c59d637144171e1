package recurve.io.onnx;

import java.util.List;

/**
 * A node that our graph cannot express.
 *
 * @param node its name, or that of its first output
 * @param operator its type
 * @param domain its domain; that of ONNX's own operators is empty
 * @param opset the version of the domain that the file asks for
 * @param reason what is in the way
 * @param inputs the inputs of the graph to fix to express it, if that is all that it takes
 */
public record Unsupported(
    String node, String operator, String domain, long opset, String reason, List<String> inputs) {
  public Unsupported {
    inputs = List.copyOf(inputs);
  }

  @Override
  public String toString() {
    String name = domain.isEmpty() ? operator : domain + "." + operator;
    return name + "-" + opset + " '" + node + "': " + reason;
  }
}
