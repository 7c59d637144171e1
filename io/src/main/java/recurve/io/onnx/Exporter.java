package recurve.io.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.io.onnx.OnnxExport.LoopForm;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Tensor;
import recurve.ir.Type;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.OperatorSetIdProto;
import recurve.onnx.proto.StringStringEntryProto;
import recurve.onnx.proto.TensorProto;

/**
 * One export: the file around the operations, and the names of values.
 *
 * <p>Ours never broadcasts and ONNX does, so a constant or an Expand that only feeds elementwise
 * operations is left out; where the full value is needed it is written on demand. What depends on
 * extents only is written once, in the outermost graph.
 */
final class Exporter {
  /** What names us as the maker of a file. */
  static final String PRODUCER = "recurve";

  private final Graph graph;
  private final Map<String, Tensor> initialisers;
  private final OnnxOptions options;
  private final Block.Names names = new Block.Names();
  private final Block root = new Block(names);
  private final List<TensorProto> constants = new ArrayList<>();
  private final Extents extents;
  private final Leaves leaves;
  private final Map<Value, String> wanted = new HashMap<>(); // outputs, by the graph's names
  private final LoopExport loops;
  private final OpExport operations;

  Exporter(Graph graph, Map<String, Tensor> initialisers, OnnxOptions options) {
    this.graph = graph;
    this.initialisers = Map.copyOf(initialisers);
    this.options = options;
    for (Value v : graph.inputs()) {
      names.take(Graph.nameOf(v));
      root.name(v, Graph.nameOf(v));
      checkInitialiser(v);
    }
    graph.names().forEach(names::take);
    this.extents = new Extents(graph, this.initialisers, root, constants);
    this.leaves = new Leaves(root, names, constants, extents);
    this.loops = new LoopExport(this, graph, options);
    this.operations = new OpExport(this, loops, options);
  }

  private void checkInitialiser(Value input) {
    Tensor t = initialisers.get(Graph.nameOf(input));
    if (t == null) return;
    boolean fits = t.dtype() == input.dtype() && t.rank() == input.rank();
    for (int i = 0; fits && i < t.rank(); i++) {
      fits = !input.dim(i).isNumber() || input.dim(i).is(t.dim(i));
    }
    if (fits) return;
    throw new OnnxException(
        "input '" + Graph.nameOf(input) + "' is " + input.type() + " but its weight is " + t);
  }

  List<LoopForm> loops() {
    return loops.forms();
  }

  Extents extents() {
    return extents;
  }

  Leaves leaves() {
    return leaves;
  }

  boolean isRoot(Block block) {
    return block == root;
  }

  ModelProto model(Map<String, String> metadata) {
    for (int i = 0; i < graph.outputs().size(); i++) {
      wanted.putIfAbsent(graph.outputs().get(i), graph.names().get(i));
    }
    nodes(root, graph.outputs());
    var proto = GraphProto.newBuilder().setName(options.name());
    for (int i = 0; i < graph.outputs().size(); i++) {
      Value v = graph.outputs().get(i);
      String name = graph.names().get(i);
      String from = name(root, v);
      if (!from.equals(name)) root.add("Identity", List.of(from), List.of(name));
      proto.addOutput(Protos.info(name, loops.type(v)));
    }
    for (Value v : graph.inputs()) {
      String name = Graph.nameOf(v);
      if (!initialisers.containsKey(name)) proto.addInput(Protos.info(name, settled(v.type())));
    }
    Set<String> live = root.prune(graph.names());
    for (Value v : graph.inputs()) {
      String name = Graph.nameOf(v);
      Tensor weight = initialisers.get(name);
      if (weight != null && live.contains(name)) proto.addInitializer(Protos.tensor(name, weight));
    }
    // in the order in which they are read, so that it does not tell what was tried and left out
    Map<String, TensorProto> known = new HashMap<>();
    for (TensorProto t : constants) known.put(t.getName(), t);
    for (String name : root.reads(graph.names())) {
      if (known.containsKey(name)) proto.addInitializer(known.get(name));
    }
    proto.addAllNode(root.nodes).addAllValueInfo(root.infos);
    var kept = new HashSet<>(graph.names());
    for (Value v : graph.inputs()) {
      String name = Graph.nameOf(v);
      if (!initialisers.containsKey(name) || live.contains(name)) kept.add(name);
    }
    var model =
        ModelProto.newBuilder()
            .setIrVersion(options.irVersion())
            .setProducerName(PRODUCER)
            .setGraph(Renaming.of(proto.build(), kept))
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(options.opset()));
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build();
  }

  boolean isWeight(Value input) {
    return initialisers.containsKey(Graph.nameOf(input));
  }

  Tensor weight(String name) {
    return Optional.ofNullable(initialisers.get(name)).orElseThrow();
  }

  Type settled(Type type) {
    return new Type(type.dtype(), extents.settle(type.shape()));
  }

  // -- names of values

  /** Writes all that some values depend on and that is not written yet. */
  void nodes(Block block, List<Value> values) {
    for (Node n : Graph.nodes(values)) {
      boolean done = n.outputs().stream().allMatch(v -> isNamed(block, v));
      if (!done && !onDemand(n.op())) operations.node(block, n);
    }
  }

  static boolean isNamed(Block block, Value v) {
    return block.name(v).isPresent() || block.alias(v).isPresent();
  }

  static boolean onDemand(Op op) {
    return op instanceof Op.Constant || op instanceof Op.Range || op instanceof Op.Expand;
  }

  /** The name under which a value, in full, is found. */
  String name(Block block, Value v) {
    Optional<Block.Alias> alias = block.alias(v);
    if (alias.isPresent()) return name(alias.get().block(), alias.get().value());
    Optional<String> known = block.name(v);
    if (known.isEmpty()) {
      operations.node(block, v.node());
      known = block.name(v);
    }
    return known.orElseThrow();
  }

  /** The name of a value that need only broadcast to it: the argument of an elementwise op. */
  String loose(Block block, Value v) {
    Optional<Block.Alias> alias = block.alias(v);
    if (alias.isPresent()) return loose(alias.get().block(), alias.get().value());
    if (block.name(v).isPresent()) return name(block, v);
    if (v.op() instanceof Op.Constant c) return leaves.scalar(c);
    if (v.op() instanceof Op.Expand) return loose(block, unled(v.node().input(0)));
    return name(block, v);
  }

  /** A value without the axes of one that were put before its own: broadcasting puts them there. */
  private static Value unled(Value v) {
    if (!(v.op() instanceof Op.Reshape)) return v;
    Value bare = v.node().input(0);
    int more = v.rank() - bare.rank();
    boolean led = more > 0 && v.shape().dims().subList(0, more).stream().allMatch(d -> d.is(1));
    return led && v.shape().dims().subList(more, v.rank()).equals(bare.shape().dims()) ? bare : v;
  }

  boolean isLoose(Block block, Value v) {
    Optional<Block.Alias> alias = block.alias(v);
    if (alias.isPresent()) return isLoose(alias.get().block(), alias.get().value());
    return v.op() instanceof Op.Constant || v.op() instanceof Op.Expand;
  }

  /** The arguments of an elementwise op, of which at least one must have the full shape. */
  List<String> broadcast(Block block, List<Value> arguments) {
    boolean full = arguments.stream().anyMatch(v -> !isLoose(block, v));
    var result = new ArrayList<String>();
    for (Value v : arguments) {
      result.add(full ? loose(block, v) : name(block, v));
      full = true; // of loose ones only the first is written in full
    }
    return result;
  }

  List<String> names(Block block, Node n) {
    return n.inputs().stream().map(v -> name(block, v)).toList();
  }

  /** Adds the node that yields the only value of {@code n}. */
  void one(Block block, Node n, String op, List<String> inputs, AttributeProto... attributes) {
    String output = define(block, n.output(), n.name().orElse(op));
    block.add(op, inputs, List.of(output), attributes);
  }

  /** Names a value that a node is about to yield, and notes its type. */
  String define(Block block, Value v, String base) {
    String want = block == root ? wanted.get(v) : null;
    String name = want == null ? block.fresh(base.replace(' ', '_')) : want;
    block.name(v, name);
    if (want == null) block.infos.add(Protos.info(name, settled(v.type())));
    return name;
  }

  /** Gives the only value of {@code n} a name that is there already. */
  void alias(Block block, Node n, String name) {
    block.name(n.output(), name);
  }
}
