package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.io.onnx.OnnxExport.LoopForm;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Type;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.OperatorSetIdProto;
import recurve.onnx.proto.StringStringEntryProto;
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.ValueInfoProto;

/**
 * One export: each operation's line in ONNX.
 *
 * <p>Ours never broadcasts and ONNX does, so a constant or an Expand that only feeds elementwise
 * operations is left out; where the full value is needed it is written on demand. What depends on
 * extents only is written once, in the outermost graph.
 */
final class Exporter {
  /** What names us as the maker of a file. */
  static final String PRODUCER = "recurve";

  private static final long LARGEST = Integer.MAX_VALUE - (1L << 20); // of a protobuf message

  private final Graph graph;
  private final Map<String, Tensor> initialisers;
  private final OnnxOptions options;
  private final Block.Names names = new Block.Names();
  private final Block root = new Block(names);
  private final List<TensorProto> constants = new ArrayList<>();
  private final Extents extents;
  private final Map<Op, String> leaves = new HashMap<>(); // full constants and ranges, by value
  private final Map<Op.Constant, String> scalars = new HashMap<>();
  private final Map<Value, String> wanted = new HashMap<>(); // outputs, by the graph's names
  private final List<LoopForm> loops = new ArrayList<>();

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
    return loops;
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
      proto.addOutput(Protos.info(name, settled(v.type())));
    }
    for (Value v : graph.inputs()) {
      String name = Graph.nameOf(v);
      if (!initialisers.containsKey(name)) proto.addInput(Protos.info(name, settled(v.type())));
    }
    Set<String> live = root.prune(graph.names());
    checkSize(live);
    for (Value v : graph.inputs()) {
      String name = Graph.nameOf(v);
      Tensor weight = initialisers.get(name);
      if (weight != null && live.contains(name)) proto.addInitializer(Protos.tensor(name, weight));
    }
    for (TensorProto t : constants) if (live.contains(t.getName())) proto.addInitializer(t);
    proto.addAllNode(root.nodes).addAllValueInfo(root.infos);
    var model =
        ModelProto.newBuilder()
            .setIrVersion(options.irVersion())
            .setProducerName(PRODUCER)
            .setGraph(proto)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(options.opset()));
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build();
  }

  private void checkSize(Set<String> live) {
    long size = 0;
    for (TensorProto t : constants) size += live.contains(t.getName()) ? t.getRawData().size() : 0;
    for (var weight : initialisers.entrySet()) {
      int width = weight.getValue().dtype() == DType.F64 ? 8 : 4;
      size += live.contains(weight.getKey()) ? (long) weight.getValue().size() * width : 0;
    }
    if (size > LARGEST) {
      throw new OnnxException("the weights exceed 2 GB, the most that one ONNX file holds");
    }
  }

  private Tensor weight(String name) {
    return Optional.ofNullable(initialisers.get(name)).orElseThrow();
  }

  private Type settled(Type type) {
    return new Type(type.dtype(), extents.settle(type.shape()));
  }

  // -- names of values

  /** Writes all that some values depend on and that is not written yet. */
  private void nodes(Block block, List<Value> values) {
    for (Node n : Graph.nodes(values)) {
      boolean done = n.outputs().stream().allMatch(v -> isNamed(block, v));
      if (!done && !onDemand(n.op())) node(block, n);
    }
  }

  private static boolean isNamed(Block block, Value v) {
    return block.name(v).isPresent() || block.alias(v).isPresent();
  }

  private static boolean onDemand(Op op) {
    return op instanceof Op.Constant || op instanceof Op.Range || op instanceof Op.Expand;
  }

  /** The name under which a value, in full, is found. */
  private String name(Block block, Value v) {
    Optional<Block.Alias> alias = block.alias(v);
    if (alias.isPresent()) return name(alias.get().block(), alias.get().value());
    Optional<String> known = block.name(v);
    if (known.isEmpty()) {
      node(block, v.node());
      known = block.name(v);
    }
    return known.orElseThrow();
  }

  /** The name of a value that need only broadcast to it: the argument of an elementwise op. */
  private String loose(Block block, Value v) {
    Optional<Block.Alias> alias = block.alias(v);
    if (alias.isPresent()) return loose(alias.get().block(), alias.get().value());
    if (block.name(v).isPresent()) return name(block, v);
    if (v.op() instanceof Op.Constant c) return scalar(c);
    if (v.op() instanceof Op.Expand) return loose(block, v.node().input(0));
    return name(block, v);
  }

  private boolean isLoose(Block block, Value v) {
    Optional<Block.Alias> alias = block.alias(v);
    if (alias.isPresent()) return isLoose(alias.get().block(), alias.get().value());
    return v.op() instanceof Op.Constant || v.op() instanceof Op.Expand;
  }

  /** The arguments of an elementwise op, of which at least one must have the full shape. */
  private List<String> broadcast(Block block, List<Value> arguments) {
    boolean full = arguments.stream().anyMatch(v -> !isLoose(block, v));
    var result = new ArrayList<String>();
    for (Value v : arguments) {
      result.add(full ? loose(block, v) : name(block, v));
      full = true; // of loose ones only the first is written in full
    }
    return result;
  }

  /** The name of a constant as a scalar. */
  private String scalar(Op.Constant c) {
    var key = new Op.Constant(c.value(), new Type(c.type().dtype(), Shape.SCALAR));
    return scalars.computeIfAbsent(
        key,
        k -> {
          String name = names.fresh("const");
          constants.add(Protos.tensor(name, Tensor.scalar(k.type().dtype(), k.value())));
          return name;
        });
  }

  /** The name of a tensor that is known now. */
  private String constant(String base, Tensor tensor) {
    String name = names.fresh(base);
    constants.add(Protos.tensor(name, tensor));
    return name;
  }

  /** A constant in full: written once for all that need it, outside all loops. */
  private String fill(Op.Constant c) {
    if (c.type().shape().rank() == 0) return scalar(c);
    String known = leaves.get(c);
    if (known != null) return known;
    String shape = extents.shape(c.type().shape());
    String name = root.add("Expand", List.of(scalar(c), shape));
    leaves.put(c, name);
    return name;
  }

  private String range(Op.Range r) {
    String known = leaves.get(r);
    if (known != null) return known;
    Dim extent = r.type().shape().dim(r.axis());
    String counted = cast(root, indices(extent), r.type().dtype());
    var line = new ArrayList<Long>(Collections.nCopies(r.type().shape().rank(), 1L));
    line.set(r.axis(), -1L);
    String shaped = root.add("Reshape", List.of(counted, extents.list(line)));
    String name = root.add("Expand", List.of(shaped, extents.shape(r.type().shape())));
    leaves.put(r, name);
    return name;
  }

  /** 0, 1, ... as 64-bit integers. */
  private String indices(Dim extent) {
    String end = root.add("Squeeze", List.of(extents.dim(extent), extents.list(0L)));
    return root.add("Range", List.of(extents.scalar(0), end, extents.scalar(1)));
  }

  // -- operations

  private void node(Block block, Node n) {
    Optional<Softmax> softmax = Softmax.of(n);
    if (softmax.isPresent()) {
      AttributeProto axis = Protos.attribute("axis", softmax.get().axis());
      one(block, n, softmax.get().operator(), List.of(name(block, softmax.get().x())), axis);
      return;
    }
    switch (n.op()) {
      case Op.Input(String name, Type type) ->
          throw new OnnxException("input '" + name + "' is read but not listed");
      case Op.Constant c -> block.name(n.output(), fill(c));
      case Op.Range r -> block.name(n.output(), range(r));
      case Op.RandomUniform(int stream, Type type) ->
          throw new OnnxException(
              n + ": random numbers are for training; export a graph built for evaluation");
      case Op.Unary u -> unary(block, n, u);
      case Op.Cast(DType to) -> alias(block, n, cast(block, name(block, n.input(0)), to));
      case Op.Binary b -> one(block, n, binary(b), broadcast(block, n.inputs()));
      case Op.Where() -> where(block, n);
      case Op.MatMul() -> one(block, n, "MatMul", names(block, n));
      case Op.ReduceSum(int axis) -> {
        String axes = extents.list((long) axis);
        one(block, n, "ReduceSum", List.of(name(block, n.input(0)), axes));
      }
      case Op.ReduceMax(int axis) -> reduceMax(block, n, axis);
      case Op.Reshape(Shape to) -> {
        String target = extents.target(to);
        one(block, n, "Reshape", List.of(name(block, n.input(0)), target));
      }
      case Op.Transpose(List<Integer> permutation) -> {
        List<Long> perm = permutation.stream().map(Integer::longValue).toList();
        one(block, n, "Transpose", names(block, n), Protos.attribute("perm", perm));
      }
      case Op.Expand(Shape to) -> {
        String shape = extents.shape(to);
        one(block, n, "Expand", List.of(name(block, n.input(0)), shape));
      }
      case Op.Concat(int axis) ->
          one(block, n, "Concat", names(block, n), Protos.attribute("axis", axis));
      case Op.Slice(int axis, Dim from, Dim to) -> {
        List<String> ends = List.of(extents.dim(from), extents.dim(to), extents.list((long) axis));
        var inputs = new ArrayList<>(names(block, n));
        inputs.addAll(ends);
        one(block, n, "Slice", inputs);
      }
      case Op.Pad(int axis, Dim before, Dim after) -> {
        int rank = n.output().rank();
        var pads = new ArrayList<Dim>(Collections.nCopies(2 * rank, Dim.ZERO));
        pads.set(axis, before);
        pads.set(rank + axis, after);
        boolean numeric = before.isNumber() && after.isNumber();
        String list =
            numeric ? extents.list(pads.stream().map(Dim::number).toList()) : extents.concat(pads);
        one(block, n, "Pad", List.of(name(block, n.input(0)), list));
      }
      case Op.Gather() -> one(block, n, "Gather", names(block, n), Protos.attribute("axis", 0));
      case Op.ScatterND(Dim rows) -> scatter(block, n);
      case Op.Scan scan -> loop(block, n, scan);
    }
  }

  private List<String> names(Block block, Node n) {
    return n.inputs().stream().map(v -> name(block, v)).toList();
  }

  /** Adds the node that yields the only value of {@code n}. */
  private void one(
      Block block, Node n, String op, List<String> inputs, AttributeProto... attributes) {
    String output = define(block, n.output(), n.name().orElse(op));
    block.add(op, inputs, List.of(output), attributes);
  }

  /** Names a value that a node is about to yield, and notes its type. */
  private String define(Block block, Value v, String base) {
    String want = block == root ? wanted.get(v) : null;
    String name = want == null ? block.fresh(base.replace(' ', '_')) : want;
    block.name(v, name);
    if (want == null) block.infos.add(Protos.info(name, settled(v.type())));
    return name;
  }

  /** Gives the only value of {@code n} a name that is there already. */
  private void alias(Block block, Node n, String name) {
    block.name(n.output(), name);
  }

  private void unary(Block block, Node n, Op.Unary op) {
    String argument = name(block, n.input(0));
    switch (op) {
      case NEG -> one(block, n, "Neg", List.of(argument));
      case EXP -> one(block, n, "Exp", List.of(argument));
      case LOG -> one(block, n, "Log", List.of(argument));
      case SQRT -> one(block, n, "Sqrt", List.of(argument));
      case TANH -> one(block, n, "Tanh", List.of(argument));
      case SIGMOID -> one(block, n, "Sigmoid", List.of(argument));
      case STOP_GRADIENT -> alias(block, n, argument);
    }
  }

  private static String binary(Op.Binary op) {
    return switch (op) {
      case ADD -> "Add";
      case SUB -> "Sub";
      case MUL -> "Mul";
      case DIV -> "Div";
      case MAX -> "Max";
      case LESS -> "Less";
      case EQUAL -> "Equal";
    };
  }

  private static String cast(Block block, String from, DType to) {
    return block.add("Cast", List.of(from), Protos.attribute("to", Protos.type(to).getNumber()));
  }

  private void where(Block block, Node n) {
    List<String> in = broadcast(block, n.inputs());
    if (n.output().dtype() != DType.BOOL) {
      one(block, n, "Where", in);
      return;
    }
    List<String> sides = either(block, in.get(0), in.get(1), in.get(2));
    one(block, n, "Or", sides);
  }

  /** What Or makes a choice between truth values, for which runtimes have no Where. */
  private static List<String> either(Block block, String condition, String a, String b) {
    String not = block.add("Not", List.of(condition));
    return List.of(block.add("And", List.of(condition, a)), block.add("And", List.of(not, b)));
  }

  private void reduceMax(Block block, Node n, int axis) {
    String x = name(block, n.input(0));
    if (options.opset() < 18) {
      one(block, n, "ReduceMax", List.of(x), Protos.attribute("axes", List.of((long) axis)));
    } else {
      one(block, n, "ReduceMax", List.of(x, extents.list((long) axis)));
    }
  }

  private void scatter(Block block, Node n) {
    Value ids = n.input(1);
    var zero = new Op.Constant(0, n.output().type());
    String rows = cast64(block, name(block, ids));
    String indices = block.add("Unsqueeze", List.of(rows, extents.list(-1L)));
    List<String> inputs = List.of(fill(zero), indices, name(block, n.input(0)));
    one(block, n, "ScatterND", inputs, Protos.attribute("reduction", "add"));
  }

  private static String cast64(Block block, String from) {
    long to = TensorProto.DataType.INT64.getNumber();
    return block.add("Cast", List.of(from), Protos.attribute("to", to));
  }

  // -- loops

  private void loop(Block block, Node n, Op.Scan scan) {
    String label = "loop " + (loops.size() + 1) + place(n, scan);
    int at = loops.size();
    loops.add(new LoopForm(label, "Scan", "asked for"));
    if (options.form() != OnnxOptions.Form.SCAN) {
      Recurrence.Match match = Recurrence.of(n, scan);
      switch (match) {
        case Recurrence.Match.Fused(Recurrence r) when fits(r) -> {
          loops.set(at, new LoopForm(label, r.operator(), ""));
          fused(block, n, scan, r);
          return;
        }
        case Recurrence.Match.Fused(Recurrence r) ->
            loops.set(at, scanning(label, "runtimes compute " + r.operator() + " in F32 only"));
        case Recurrence.Match.Unlike(String reason) -> loops.set(at, scanning(label, reason));
      }
    }
    scan(block, n, scan);
  }

  /** What the names of a loop's weights have in common: the layer that it is. */
  private static String place(Node n, Op.Scan scan) {
    Optional<String> common = Optional.empty();
    for (Value v : n.inputs().subList(0, scan.consts())) {
      while (v.op() instanceof Op.Expand || v.op() instanceof Op.Reshape) v = v.node().input(0);
      if (!(v.op() instanceof Op.Input(String name, Type type))) continue;
      common = Optional.of(common.isEmpty() ? name : prefix(common.get(), name));
    }
    String prefix = common.map(c -> c.substring(0, Math.max(0, c.lastIndexOf('.')))).orElse("");
    String source = n.origin().suffix().strip();
    if (!prefix.isEmpty()) return " (" + prefix + ")";
    return source.isEmpty() ? "" : " " + source;
  }

  private static String prefix(String a, String b) {
    int i = 0;
    while (i < Math.min(a.length(), b.length()) && a.charAt(i) == b.charAt(i)) i++;
    return a.substring(0, i);
  }

  private boolean fits(Recurrence r) {
    return r.first().get(0).dtype() == DType.F32 || options.form() == OnnxOptions.Form.FUSED;
  }

  private LoopForm scanning(String label, String reason) {
    if (options.form() == OnnxOptions.Form.FUSED) {
      throw new OnnxException(
          label + " is no LSTM, GRU or RNN of ONNX: " + reason + "; use the form auto or scan");
    }
    return new LoopForm(label, "Scan", reason);
  }

  /** The loop as a Scan; what it captures it reads by name from outside. */
  private void scan(Block block, Node n, Op.Scan s) {
    Graph body = s.body();
    Block inner = block.inner();
    var proto = GraphProto.newBuilder().setName(names.fresh("body"));
    var arguments = new ArrayList<String>();
    for (int i = 0; i < body.inputs().size(); i++) {
      Value own = body.inputs().get(i);
      if (i < s.consts()) {
        inner.alias(own, new Block.Alias(block, n.input(i)));
      } else {
        arguments.add(name(block, n.input(i)));
        String name = inner.fresh(i < s.consts() + s.carries() ? "state" : "x");
        inner.name(own, name);
        proto.addInput(Protos.info(name, settled(own.type())));
      }
    }
    int sequences = s.xs();
    String alive = "";
    if (s.lengths() || sequences == 0) { // ONNX has no Scan without a sequence
      String step = inner.fresh("step");
      arguments.add(cast(root, indices(s.length()), DType.I32));
      proto.addInput(Protos.info(step, new Type(DType.I32, Shape.SCALAR)));
      sequences++;
      if (s.lengths()) {
        String lengths = name(block, n.inputs().getLast());
        alive = inner.add("Less", List.of(step, lengths));
      }
    }
    nodes(inner, body.outputs());
    var ends = new ArrayList<String>();
    for (int i = 0; i < body.outputs().size(); i++) {
      Value v = body.outputs().get(i);
      String end = name(inner, v);
      if (!alive.isEmpty()) {
        boolean carry = i < s.carries();
        String dead = carry ? name(inner, body.inputs().get(s.consts() + i)) : zero(v.dtype());
        end = choose(inner, alive, v, end, dead);
      } else if (!inner.makes(end) || ends.contains(end)) {
        end = inner.add("Identity", List.of(end)); // an output needs a name of its own
      }
      ends.add(end);
      proto.addOutput(Protos.info(end, settled(v.type())));
    }
    inner.prune(ends);
    proto.addAllNode(inner.nodes).addAllValueInfo(intermediate(inner, ends));
    var attributes = new ArrayList<AttributeProto>();
    attributes.add(Protos.attribute("body", proto.build()));
    attributes.add(Protos.attribute("num_scan_inputs", sequences));
    if (s.reverse()) {
      attributes.add(Protos.attribute("scan_input_directions", ones(sequences)));
      attributes.add(Protos.attribute("scan_output_directions", ones(s.ys())));
    }
    List<String> results = n.outputs().stream().map(v -> define(block, v, "loop")).toList();
    block.add("Scan", arguments, results, attributes.toArray(AttributeProto[]::new));
  }

  private static List<ValueInfoProto> intermediate(Block inner, List<String> ends) {
    return inner.infos.stream().filter(i -> !ends.contains(i.getName())).toList();
  }

  private static List<Long> ones(int n) {
    return LongStream.range(0, n).map(i -> 1).boxed().toList();
  }

  private String zero(DType dtype) {
    return scalar(new Op.Constant(0, new Type(dtype, Shape.SCALAR)));
  }

  /** By row: {@code yes} where the sequence still goes on, {@code no} where it has ended. */
  private String choose(Block inner, String alive, Value v, String yes, String no) {
    String rows = alive;
    if (v.rank() > 1) {
      List<Long> axes = LongStream.range(1, v.rank()).boxed().toList();
      rows = inner.add("Unsqueeze", List.of(alive, extents.list(axes)));
    }
    if (v.dtype() != DType.BOOL) return inner.add("Where", List.of(rows, yes, no));
    return inner.add("Or", either(inner, rows, yes, no));
  }

  // -- fused loops

  /**
   * The loop as LSTM, GRU or RNN, whose results have an axis of directions.
   *
   * <pre>
   *   X [T,B,I]  W [1,gH,I]  R [1,gH,H]  B [1,2gH]  lengths [B]  first h, c [1,B,H]  P [1,3H]
   *   Y [T,1,B,H]  last h, c [1,B,H]
   * </pre>
   */
  private void fused(Block block, Node n, Op.Scan s, Recurrence r) {
    var inputs = new ArrayList<String>();
    inputs.add(name(block, r.x()));
    inputs.add(weight(block, "W", r.w()));
    inputs.add(weight(block, "R", r.r()));
    inputs.add(weight(block, "B", r.b()));
    inputs.add(s.lengths() ? name(block, n.inputs().getLast()) : "");
    for (Value v : r.first()) inputs.add(isZero(v) ? "" : leading(block, v));
    r.p().ifPresent(p -> inputs.add(weight(block, "P", p)));
    while (inputs.getLast().isEmpty()) inputs.removeLast();
    List<Value> ys = n.outputs().subList(s.carries(), n.outputs().size());
    var raw = new ArrayList<String>();
    raw.add(ys.isEmpty() ? "" : block.fresh("Y"));
    for (int i = 0; i < r.first().size(); i++) raw.add(block.fresh(i == 0 ? "Y_h" : "Y_c"));
    var attributes = new ArrayList<AttributeProto>();
    attributes.add(Protos.attribute("hidden_size", r.hidden()));
    if (s.reverse()) attributes.add(Protos.attribute("direction", "reverse"));
    if (!r.activations().isEmpty()) {
      attributes.add(Protos.strings("activations", r.activations()));
    }
    if (r.linearBeforeReset()) attributes.add(Protos.attribute("linear_before_reset", 1));
    block.add(r.operator(), inputs, raw, attributes.toArray(AttributeProto[]::new));
    for (Value y : ys) squeeze(block, raw.get(0), 1, y);
    for (int i = 0; i < r.first().size(); i++) {
      Value last = n.outputs().get(r.carries().get(i));
      if (s.lengths() && !isZero(r.first().get(i))) {
        last(block, n, raw.get(i + 1), r.first().get(i), last);
      } else {
        squeeze(block, raw.get(i + 1), 0, last);
      }
    }
  }

  /** What a row of no steps ends with is not settled by ONNX, and zero in practice: not ours. */
  private void last(Block block, Node n, String raw, Value first, Value last) {
    String lengths = name(block, n.inputs().getLast());
    String none = zero(DType.I32);
    String some = block.add("Less", List.of(none, lengths));
    String rows = block.add("Unsqueeze", List.of(some, extents.list(1L)));
    String ended = block.add("Squeeze", List.of(raw, extents.list(0L)));
    List<String> choice = List.of(rows, ended, name(block, first));
    block.add("Where", choice, List.of(define(block, last, "last")));
  }

  private void squeeze(Block block, String from, long axis, Value to) {
    List<String> inputs = List.of(from, extents.list(axis));
    block.add("Squeeze", inputs, List.of(define(block, to, "loop")));
  }

  private String leading(Block block, Value v) {
    return block.add("Unsqueeze", List.of(name(block, v), extents.list(0L)));
  }

  private static boolean isZero(Value v) {
    return v.op() instanceof Op.Constant c && c.value() == 0;
  }

  /**
   * A weight put together from the cell's: now, where all of those are known; else in the graph.
   */
  private String weight(Block block, String base, Value v) {
    List<Node> nodes = Graph.nodes(List.of(v));
    List<Value> inputs =
        nodes.stream().filter(n -> n.op() instanceof Op.Input).map(Node::output).toList();
    boolean known =
        block == root && inputs.stream().allMatch(i -> initialisers.containsKey(Graph.nameOf(i)));
    if (!known) {
      nodes(block, List.of(v));
      return name(block, v);
    }
    var graph = new Graph(inputs, List.of(v), List.of(base));
    try (var fold = new Reference().compile(graph, CompileOptions.threads(1))) {
      for (Value i : inputs) fold.write(Graph.nameOf(i), weight(Graph.nameOf(i)));
      fold.run();
      return constant(base, fold.read(base));
    }
  }
}
