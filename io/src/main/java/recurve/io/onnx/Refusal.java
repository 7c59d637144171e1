package recurve.io.onnx;

import java.util.List;

/** A node cannot be expressed, for a reason; whoever reads the node knows which it is. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient List<String> inputs;

  Refusal(String reason) {
    this(reason, List.of());
  }

  /** The reason would be gone if some inputs of the graph were fixed. */
  Refusal(String reason, List<String> inputs) {
    super(reason, null, false, false);
    this.inputs = List.copyOf(inputs);
  }

  String reason() {
    return String.valueOf(getMessage());
  }

  List<String> inputs() {
    return inputs;
  }
}
