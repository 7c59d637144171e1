package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.ir.Op;
import recurve.ir.ShapeException;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.FunctionProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.NodeProto;
import recurve.onnx.proto.OperatorSetIdProto;
import recurve.onnx.proto.TensorProto;

/** One graph of a file while it is read: the model's, a body's, or that of a function. */
final class Frame {
  private static final Set<String> STANDARD = Set.of("", "ai.onnx");

  private final Reading reading;
  private final Optional<Frame> outer;
  private final Map<String, Long> opsets;
  private final Set<String> calling; // functions that are being read, which none may call again
  private final Map<String, Item> items = new HashMap<>();

  private Frame(
      Reading reading, Optional<Frame> outer, Map<String, Long> opsets, Set<String> calling) {
    this.reading = reading;
    this.outer = outer;
    this.opsets = opsets;
    this.calling = calling;
  }

  static Frame of(Reading reading, Map<String, Long> opsets) {
    return new Frame(reading, Optional.empty(), opsets, Set.of());
  }

  Reading reading() {
    return reading;
  }

  /** The versions of operators by their domains; ONNX's own is empty. */
  static Map<String, Long> opsets(List<OperatorSetIdProto> imports) {
    var opsets = new HashMap<String, Long>();
    for (OperatorSetIdProto o : imports) {
      opsets.merge(
          STANDARD.contains(o.getDomain()) ? "" : o.getDomain(), o.getVersion(), Math::max);
    }
    return opsets;
  }

  /** Names an item; every name is given once. */
  void define(String name, Item item) {
    if (items.put(name, item) != null) {
      throw new OnnxException("'" + name + "' is defined twice; in ONNX a name has one definition");
    }
  }

  private Optional<Item> find(String name) {
    Item own = items.get(name);
    return own == null ? outer.flatMap(o -> o.find(name)) : Optional.of(own);
  }

  /** What a name stands for. */
  Item get(String name, String reader) {
    return find(name)
        .orElseThrow(
            () ->
                new OnnxException(
                    reader
                        + " reads '"
                        + name
                        + "', which nothing before it defines; nodes must stand in an order in"
                        + " which arguments come first"));
  }

  /** Reads weights and nodes. */
  void read(GraphProto graph) {
    if (graph.getSparseInitializerCount() > 0) {
      throw new OnnxException("sparse weights are not read; write them in full");
    }
    for (TensorProto t : graph.getInitializerList()) {
      if (outer.isEmpty()) reading.declare(t.getName());
      if (!items.containsKey(t.getName())) define(t.getName(), reading.item(t, t.getName()));
    }
    for (NodeProto n : graph.getNodeList()) read(n);
  }

  /** The results of a body for some arguments; empty if some node in it is not supported. */
  Optional<List<Item>> body(GraphProto graph, List<Item> arguments) {
    if (graph.getInputCount() != arguments.size()) {
      throw new Refusal(
          "its body takes " + graph.getInputCount() + " arguments, not " + arguments.size());
    }
    reading.enter();
    try {
      var inner = new Frame(reading, Optional.of(this), opsets, calling);
      for (int i = 0; i < arguments.size(); i++) {
        inner.define(graph.getInput(i).getName(), arguments.get(i));
      }
      inner.read(graph);
      var results = new ArrayList<Item>();
      for (var output : graph.getOutputList()) {
        results.add(inner.get(output.getName(), "an output of a body"));
      }
      boolean whole = results.stream().noneMatch(Item.Unread.class::isInstance);
      return whole ? Optional.of(results) : Optional.empty();
    } finally {
      reading.leave();
    }
  }

  private void read(NodeProto node) {
    reading.count();
    String label = node.getOpType() + " '" + name(node) + "'";
    var inputs = new ArrayList<Item>();
    for (String in : node.getInputList()) {
      inputs.add(in.isEmpty() ? new Item.Absent() : get(in, label));
    }
    List<Item> outputs = lower(node, inputs);
    for (int i = 0; i < node.getOutputCount(); i++) {
      String name = node.getOutput(i);
      if (name.isEmpty()) continue;
      define(name, i < outputs.size() ? named(outputs.get(i), name, inputs) : new Item.Unread());
    }
  }

  private static String name(NodeProto node) {
    if (!node.getName().isEmpty()) return node.getName();
    return node.getOutputList().stream().filter(o -> !o.isEmpty()).findFirst().orElse("");
  }

  private List<Item> lower(NodeProto node, List<Item> inputs) {
    String domain = STANDARD.contains(node.getDomain()) ? "" : node.getDomain();
    long opset = opsets.getOrDefault(domain, 1L);
    List<Item> unread = Collections.nCopies(node.getOutputCount(), new Item.Unread());
    boolean waiting = inputs.stream().anyMatch(Item.Unread.class::isInstance);
    Optional<FunctionProto> function = reading.function(node);
    try {
      if (function.isPresent()) return waiting ? unread : call(function.get(), node, inputs);
      Optional<Lowering> lowering = Lowerings.find(domain, node.getOpType(), opset);
      if (lowering.isEmpty()) throw new Refusal("this operator is not supported");
      if (waiting) return unread;
      var call = new Call(this, node, opset, inputs);
      Optional<List<Item>> folded = domain.isEmpty() ? Folding.fold(call) : Optional.empty();
      return folded.isPresent() ? folded.get() : lowering.get().lower(call);
    } catch (Refusal e) {
      refuse(node, domain, opset, e.reason(), e.inputs());
    } catch (ShapeException | ArithmeticException e) {
      refuse(node, domain, opset, String.valueOf(e.getMessage()), List.of());
    } catch (Unfinished e) {
      // a node inside of it is refused, which says enough
    }
    return unread;
  }

  private void refuse(
      NodeProto node, String domain, long opset, String reason, List<String> fixable) {
    reading.refuse(new Unsupported(name(node), node.getOpType(), domain, opset, reason, fixable));
  }

  /** Something inside of a node is not supported, and has been told. */
  static final class Unfinished extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unfinished() {
      super("", null, false, false);
    }
  }

  // -- functions

  private List<Item> call(FunctionProto function, NodeProto node, List<Item> arguments) {
    String name = function.getDomain() + "." + function.getName() + "." + function.getOverload();
    if (calling.contains(name)) throw new OnnxException("function " + name + " calls itself");
    var now = new HashSet<>(calling);
    now.add(name);
    reading.enter();
    try {
      var inner = new Frame(reading, Optional.empty(), opsets(function.getOpsetImportList()), now);
      for (int i = 0; i < function.getInputCount(); i++) {
        Item argument = i < arguments.size() ? arguments.get(i) : new Item.Absent();
        inner.define(function.getInput(i), argument);
      }
      var given = new HashMap<String, AttributeProto>();
      for (AttributeProto a : function.getAttributeProtoList()) given.put(a.getName(), a);
      for (AttributeProto a : node.getAttributeList()) given.put(a.getName(), a);
      for (NodeProto n : function.getNodeList()) inner.read(Attributes.resolve(n, given));
      var results = new ArrayList<Item>();
      for (String output : function.getOutputList()) {
        results.add(inner.get(output, "an output of function " + name));
      }
      return results;
    } finally {
      reading.leave();
    }
  }

  // -- names

  /** The value under the name that the file gives it, if it is this node that makes it. */
  private static Item named(Item item, String name, List<Item> inputs) {
    if (!(item instanceof Item.Symbolic(ElementType type, Value v))) return item;
    boolean leaf = v.node().inputs().isEmpty() || v.op() instanceof Op.Scan;
    boolean passed =
        inputs.stream().anyMatch(i -> i instanceof Item.Symbolic s && s.value().equals(v));
    if (leaf || passed || v.node().name().isPresent()) return item;
    return new Item.Symbolic(type, v.named(Renaming.base(name)));
  }
}
