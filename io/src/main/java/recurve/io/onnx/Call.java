package recurve.io.onnx;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.NodeProto;
import recurve.onnx.proto.TensorProto;

/** One node while it is read: its arguments, its attributes, and the graph that it stands in. */
final class Call {
  private final Frame frame;
  private final NodeProto node;
  private final long opset;
  private final List<Item> inputs;
  private final Map<String, AttributeProto> attributes = new HashMap<>();

  Call(Frame frame, NodeProto node, long opset, List<Item> inputs) {
    this.frame = frame;
    this.node = node;
    this.opset = opset;
    this.inputs = List.copyOf(inputs);
    for (AttributeProto a : node.getAttributeList()) attributes.put(a.getName(), a);
  }

  Frame frame() {
    return frame;
  }

  String operator() {
    return node.getOpType();
  }

  /** The version of the operators that the file is written in. */
  long opset() {
    return opset;
  }

  /** How many outputs the node names. */
  int outputs() {
    return node.getOutputCount();
  }

  /** The name of the first output. */
  String output() {
    return node.getOutputCount() == 0 ? "" : node.getOutput(0);
  }

  // -- arguments

  int arity() {
    return inputs.size();
  }

  boolean has(int i) {
    return i < inputs.size() && !(inputs.get(i) instanceof Item.Absent);
  }

  Item item(int i) {
    if (!has(i)) throw new Refusal("argument " + (i + 1) + " is missing");
    return inputs.get(i);
  }

  ElementType type(int i) {
    return switch (item(i)) {
      case Item.Symbolic s -> s.type();
      case Item.Known k -> k.type();
      case Item.Dense d -> d.type();
      case Item.Absent a -> throw new Refusal("argument " + (i + 1) + " is missing");
      case Item.Unread u -> throw new IllegalStateException("an unread argument");
    };
  }

  /** An argument as a value of our graph. */
  Value value(int i) {
    return frame.reading().value(item(i));
  }

  Optional<Value> optional(int i) {
    return has(i) ? Optional.of(value(i)) : Optional.empty();
  }

  List<Value> values() {
    var all = new ArrayList<Value>();
    for (int i = 0; i < arity(); i++) all.add(value(i));
    return all;
  }

  Shape shape(int i) {
    return switch (item(i)) {
      case Item.Symbolic s -> s.value().shape();
      case Item.Known k -> Shape.of(k.ints().dims().stream().mapToLong(d -> d).toArray());
      case Item.Dense d -> d.tensor().shape();
      case Item.Absent a -> throw new Refusal("argument " + (i + 1) + " is missing");
      case Item.Unread u -> throw new IllegalStateException("an unread argument");
    };
  }

  /** An argument as whole numbers, if they are known now. */
  Optional<Ints> ints(int i) {
    return has(i) && inputs.get(i) instanceof Item.Known k
        ? Optional.of(k.ints())
        : Optional.empty();
  }

  /** An argument that must be known now: a shape, an axis. */
  Ints need(int i) {
    Optional<Ints> known = ints(i);
    if (known.isPresent()) return known.get();
    Value v = value(i);
    Optional<Tensor> now = frame.reading().evaluate(v);
    if (now.isPresent() && !now.get().dtype().isFloat()) return ints(now.get());
    List<String> inputs = frame.reading().inputsBehind(v);
    throw new Refusal(
        "argument "
            + (i + 1)
            + " is computed from what the graph is handed"
            + (inputs.isEmpty() ? "" : " as " + String.join(", ", inputs))
            + "; it must be known before",
        inputs);
  }

  private static Ints ints(Tensor t) {
    var elements = new ArrayList<Dim>();
    for (int k = 0; k < t.size(); k++) elements.add(Dim.of((long) t.at(k)));
    return new Ints(elements, Arrays.stream(t.dims()).boxed().toList());
  }

  /** An argument's numbers, if they are known now. */
  Optional<Tensor> constant(int i) {
    if (!has(i)) return Optional.empty();
    return switch (inputs.get(i)) {
      case Item.Dense d -> Optional.of(d.tensor());
      case Item.Known k when k.ints().isNumeric() -> Optional.of(Reading.tensor(k));
      case Item.Symbolic s -> frame.reading().evaluate(s.value());
      case Item.Known k -> Optional.empty();
      case Item.Absent a -> Optional.empty();
      case Item.Unread u -> Optional.empty();
    };
  }

  /** The one number of an argument, if it is known now. */
  OptionalDouble number(int i) {
    Optional<Tensor> t = constant(i);
    return t.isPresent() && t.get().size() == 1
        ? OptionalDouble.of(t.get().at(0))
        : OptionalDouble.empty();
  }

  // -- attributes

  boolean hasAttribute(String name) {
    return attributes.containsKey(name);
  }

  Optional<AttributeProto> attribute(String name) {
    return Optional.ofNullable(attributes.get(name));
  }

  long integer(String name, long standard) {
    return attribute(name).map(AttributeProto::getI).orElse(standard);
  }

  boolean flag(String name, boolean standard) {
    return integer(name, standard ? 1 : 0) != 0;
  }

  double real(String name, double standard) {
    return attribute(name).map(a -> (double) a.getF()).orElse(standard);
  }

  String text(String name, String standard) {
    return attribute(name).map(a -> a.getS().toString(StandardCharsets.UTF_8)).orElse(standard);
  }

  Optional<List<Long>> integers(String name) {
    return attribute(name).map(AttributeProto::getIntsList);
  }

  List<Double> reals(String name) {
    return attribute(name)
        .map(a -> a.getFloatsList().stream().map(Float::doubleValue).toList())
        .orElse(List.of());
  }

  List<String> texts(String name) {
    return attribute(name)
        .map(a -> a.getStringsList().stream().map(s -> s.toString(StandardCharsets.UTF_8)).toList())
        .orElse(List.of());
  }

  Optional<TensorProto> tensor(String name) {
    return attribute(name).filter(AttributeProto::hasT).map(AttributeProto::getT);
  }

  GraphProto graph(String name) {
    return attribute(name)
        .filter(AttributeProto::hasG)
        .map(AttributeProto::getG)
        .orElseThrow(() -> new Refusal("its graph '" + name + "' is missing"));
  }

  /** Whole numbers that stood in an attribute up to an opset and in an argument since. */
  Optional<Ints> attributeOrArgument(String name, int argument) {
    Optional<List<Long>> given = integers(name);
    if (given.isPresent())
      return Optional.of(Ints.list(given.get().stream().map(Dim::of).toList()));
    return has(argument) ? Optional.of(need(argument)) : Optional.empty();
  }

  /** An axis by its attribute. */
  int axis(String name, long standard, int rank) {
    return Ints.axis(integer(name, standard), rank);
  }

  // -- results

  /** The value is the first output, of the first argument's type. */
  List<Item> result(Value v) {
    return result(type(0), v);
  }

  List<Item> result(ElementType type, Value v) {
    return List.of(Item.of(type, v));
  }

  /** A scalar of a type. */
  static Value scalar(DType dtype, double number) {
    return Ops.constant(number, dtype, Shape.SCALAR);
  }
}
