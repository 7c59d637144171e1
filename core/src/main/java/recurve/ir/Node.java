package recurve.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One application of an operation: its arguments and the values it defines.
 *
 * <p>Nodes have identity; their types are inferred, and so checked, when they are made.
 */
public final class Node {
  private final Op op;
  private final List<Value> inputs;
  private final List<Value> outputs;
  private final String name;
  private final Origin origin;

  private Node(Op op, List<Value> inputs, String name, Origin origin) {
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.name = name;
    this.origin = origin;
    var values = new ArrayList<Value>();
    for (Type type : Inference.types(op, this.inputs, origin)) {
      values.add(new Value(this, values.size(), type));
    }
    this.outputs = List.copyOf(values);
  }

  /**
   * Applies an operation.
   *
   * @throws ShapeException if the arguments do not fit it; the message names the source line
   */
  public static Node of(Op op, List<Value> inputs) {
    return new Node(op, inputs, "", Origin.caller());
  }

  /** Applies this node's operation to other arguments, keeping its name and origin. */
  public Node with(List<Value> others) {
    return with(op, others);
  }

  /** Another operation in this one's place, keeping its name and origin. */
  public Node with(Op other, List<Value> others) {
    return new Node(other, others, name, origin);
  }

  /** The same application under a name that printing and export show. */
  public Node named(String newName) {
    return new Node(op, inputs, newName, origin);
  }

  public Op op() {
    return op;
  }

  public List<Value> inputs() {
    return inputs;
  }

  public Value input(int i) {
    return inputs.get(i);
  }

  public List<Value> outputs() {
    return outputs;
  }

  /** The first, and mostly only, value it defines. */
  public Value output() {
    return outputs.get(0);
  }

  /** The name of the function or equation it is the result of, if it has one. */
  public Optional<String> name() {
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }

  /** Where in an author's source it was written. */
  public Origin origin() {
    return origin;
  }

  @Override
  public String toString() {
    return op.title() + (name.isEmpty() ? "" : " '" + name + "'") + origin.suffix();
  }
}
