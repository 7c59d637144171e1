package recurve.io.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.onnx.proto.FunctionProto;
import recurve.onnx.proto.NodeProto;
import recurve.onnx.proto.TensorProto;

/** What all graphs of a file share while it is read: weights, functions, and what is refused. */
final class Reading {
  /** A name by which functions are found. */
  record Function(String domain, String name, String overload) {}

  // bounds for files that were made to exhaust a reader: no honest model comes near
  private static final int MOST_NODES = 200_000;
  private static final int DEEPEST = 100;
  // what is worth computing to learn a shape
  private static final int MOST_EVALUATED = 100;
  private static final long MOST_ELEMENTS = 4 * Ints.MOST;

  private final ImportOptions options;
  private final Map<Function, FunctionProto> functions;
  private final External external;
  private final boolean ours;
  private final Set<Unsupported> unsupported = new LinkedHashSet<>(); // a body may be read twice
  private final Map<Item, Value> values = new IdentityHashMap<>();
  private final Map<String, Value> weightInputs = new LinkedHashMap<>();
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> declared = new HashSet<>();
  private final Budget budget;
  private int depth;

  /** How many nodes may still be read, however often reading begins again. */
  static final class Budget {
    private int nodes = MOST_NODES;

    void take() {
      if (--nodes < 0) {
        throw new OnnxException(
            "more than " + MOST_NODES + " nodes to read, those of functions and bodies counted");
      }
    }
  }

  Reading(
      ImportOptions options, Map<Function, FunctionProto> functions, boolean ours, Budget budget) {
    this.budget = budget;
    this.options = options;
    this.functions = functions;
    this.external = External.in(options.external());
    this.ours = ours;
  }

  ImportOptions options() {
    return options;
  }

  /** Whether we wrote the file, so that it keeps to rules of ours. */
  boolean isOurs() {
    return ours;
  }

  Optional<FunctionProto> function(NodeProto node) {
    var name = new Function(node.getDomain(), node.getOpType(), node.getOverload());
    return Optional.ofNullable(functions.get(name));
  }

  /** One more node is read. */
  void count() {
    budget.take();
  }

  void enter() {
    if (++depth > DEEPEST) throw new OnnxException("graphs nested deeper than " + DEEPEST);
  }

  void leave() {
    depth--;
  }

  void refuse(Unsupported node) {
    unsupported.add(node);
  }

  List<Unsupported> unsupported() {
    return List.copyOf(unsupported);
  }

  // -- values

  /** A name that no input of the graph has yet. */
  String take(String wish) {
    String name = wish.isEmpty() ? "weight" : wish;
    for (int i = 2; !names.add(name); i++) name = (wish.isEmpty() ? "weight" : wish) + "." + i;
    return name;
  }

  /** A tensor of this name is a weight of the file, and no constant among its nodes. */
  void declare(String name) {
    if (options.uniformWeights()) declared.add(name);
  }

  /** A tensor of the file: whole numbers where it may be a shape, else a weight. */
  Item item(TensorProto proto, String name) {
    ElementType type = TensorFile.type(proto);
    boolean whole = type.isInteger() || type == ElementType.BOOL;
    long size = proto.getDimsList().stream().mapToLong(d -> d).reduce(1, Math::multiplyExact);
    boolean inside = proto.getDataLocation() == TensorProto.DataLocation.DEFAULT;
    if (whole && inside && size >= 0 && size <= Ints.MOST) {
      var elements = new ArrayList<Dim>();
      for (long x : TensorFile.longs(proto, type)) elements.add(Dim.of(x));
      List<Integer> dims = proto.getDimsList().stream().map(Math::toIntExact).toList();
      return new Item.Known(type, new Ints(elements, dims), name);
    }
    return new Item.Dense(type, TensorFile.tensor(proto, type, external), name);
  }

  /** An item as a value of our graph. */
  Value value(Item item) {
    return switch (item) {
      case Item.Symbolic s -> s.value();
      case Item.Known k -> values.computeIfAbsent(k, i -> known(k));
      case Item.Dense d -> values.computeIfAbsent(d, i -> weight(d.name(), d.tensor()));
      case Item.Absent a -> throw new Refusal("an argument is missing");
      case Item.Unread u -> throw new IllegalStateException("what is unread has no value");
    };
  }

  private Value known(Item.Known k) {
    Ints ints = k.ints();
    if (ints.isNumeric()) return weight(k.name(), tensor(k));
    var parts = new ArrayList<Value>();
    for (Dim d : ints.elements()) {
      parts.add(Ops.extent(DType.I32, d).reshape(Shape.of(1)));
    }
    Shape shape = Shape.of(ints.dims().stream().mapToLong(d -> d).toArray());
    return Ops.concat(0, parts).reshape(shape).cast(k.type().carrier());
  }

  /** Known numbers as a tensor. */
  static Tensor tensor(Item.Known k) {
    int[] dims = k.ints().dims().stream().mapToInt(d -> d).toArray();
    Tensor t = Tensor.zeros(DType.I32, dims);
    for (int i = 0; i < t.size(); i++) {
      long x = k.ints().elements().get(i).number();
      // the ends of a 64-bit range stand for "as far as there is"
      t.ints()[i] = Math.clamp(x, Integer.MIN_VALUE, Integer.MAX_VALUE);
      if (t.ints()[i] != x && Math.abs(x) < Long.MAX_VALUE) {
        throw new Refusal("the number " + x + " is no 32-bit integer");
      }
    }
    return t.cast(k.type().carrier());
  }

  /** A tensor as an input whose value is known; one number in every element as a constant. */
  private Value weight(String wish, Tensor t) {
    boolean kept = declared.contains(wish) && t.dtype().isFloat() && t.rank() > 0;
    if (isUniform(t) && !kept) return Ops.constant(t.at(0), t.dtype(), t.shape());
    String name = take(wish);
    Value v = Ops.input(name, t.dtype(), t.shape());
    weights.put(name, t);
    weightInputs.put(name, v);
    return v;
  }

  private static boolean isUniform(Tensor t) {
    if (t.size() == 0) return false;
    for (int i = 1; i < t.size(); i++) {
      if (Double.doubleToRawLongBits(t.at(i)) != Double.doubleToRawLongBits(t.at(0))) return false;
    }
    // what is trained is written down in full; a lone number is a number
    return true;
  }

  /** The weights that the graph reads, those of the names given first, in their order. */
  Map<String, Value> weights(List<String> first) {
    var all = new LinkedHashMap<String, Value>();
    for (String name : first) {
      Value v = weightInputs.get(name);
      if (v != null) all.put(name, v);
    }
    weightInputs.forEach(all::putIfAbsent);
    return all;
  }

  Tensor weight(String name) {
    return Optional.ofNullable(weights.get(name)).orElseThrow();
  }

  /** The inputs of the graph that a value is computed from, weights left out, if by few nodes. */
  List<String> inputsBehind(Value v) {
    var found = new ArrayList<String>();
    for (Node n : near(v)) {
      if (n.op() instanceof Op.Input input && !weights.containsKey(input.name())) {
        found.add(input.name());
      }
    }
    return found;
  }

  /** The nodes that a value depends on, arguments first; none if they are many. */
  private static List<Node> near(Value v) {
    var seen = new LinkedHashSet<Node>(List.of(v.node()));
    var open = new ArrayDeque<Node>(seen);
    while (!open.isEmpty()) {
      for (Value u : open.pop().inputs()) if (seen.add(u.node())) open.add(u.node());
      if (seen.size() > MOST_EVALUATED) return List.of();
    }
    return Graph.nodes(List.of(v));
  }

  /** The value now, if it depends on weights only and is quickly computed. */
  Optional<Tensor> evaluate(Value v) {
    var inputs = new ArrayList<Value>();
    List<Node> all = near(v);
    if (all.isEmpty()) return Optional.empty();
    for (Node n : all) {
      if (n.op() instanceof Op.Input input) {
        if (!weights.containsKey(input.name())) return Optional.empty();
        inputs.add(n.output());
      }
      for (Value u : n.outputs()) {
        boolean small = u.shape().isNumeric() && u.shape().size().number() <= MOST_ELEMENTS;
        if (!small || u.op() instanceof Op.Scan) return Optional.empty();
      }
    }
    var graph = new Graph(inputs, List.of(v), List.of("value"));
    try (var run = new Reference().compile(graph, CompileOptions.threads(1))) {
      for (Value i : inputs) run.write(Graph.nameOf(i), weight(Graph.nameOf(i)));
      run.run();
      return Optional.of(run.read("value"));
    }
  }
}
