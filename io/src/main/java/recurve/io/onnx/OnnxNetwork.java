package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Type;
import recurve.ir.Value;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.StringStringEntryProto;
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.ValueInfoProto;

/**
 * A graph from elsewhere as part of a model of ours: its weights are parameters, and what feeds its
 * inputs and reads its outputs is up to the model.
 *
 * @param file the graph as it was written, but with its weights among the inputs
 * @param inputs those that are no weights, by name
 * @param outputs by name
 * @param weights what may be trained
 * @param tables what stays as it is: whole numbers, truth values, constants among the nodes
 */
public record OnnxNetwork(
    byte[] file,
    Map<String, Value> inputs,
    Map<String, Value> outputs,
    Map<String, Value> weights,
    Map<String, Value> tables) {
  private static final String WEIGHTS = "recurve.weights"; // of the file's metadata

  public OnnxNetwork {
    inputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    weights = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    tables = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tables));
  }

  /** A network, and the values of its weights and tables. */
  public record WithWeights(OnnxNetwork network, Map<String, Tensor> values) {}

  /**
   * The network of a file that anyone wrote.
   *
   * @throws OnnxException if it is no sound model, or computes in double precision
   */
  public static WithWeights of(byte[] foreign, ImportOptions options) {
    OnnxImport read = OnnxImport.of(foreign, options.keepingWeights());
    ModelProto model = OnnxImport.parse(foreign);
    var open = model.toBuilder();
    open.getGraphBuilder().clearInitializer();
    Set<String> inputs = new LinkedHashSet<>(OnnxImport.inputNames(foreign));
    var weights = new ArrayList<String>();
    for (TensorProto t : model.getGraph().getInitializerList()) {
      Tensor value = read.weights().get(t.getName());
      if (value == null || !value.dtype().isFloat()) {
        open.getGraphBuilder().addInitializer(t);
        continue;
      }
      refuseDouble(t.getName(), value);
      weights.add(t.getName());
      var shape = Shape.of(Arrays.stream(value.dims()).asLongStream().toArray());
      ValueInfoProto info = Protos.info(t.getName(), new Type(value.dtype(), shape));
      if (inputs.add(t.getName())) open.getGraphBuilder().addInput(info);
    }
    open.addMetadataProps(
        StringStringEntryProto.newBuilder().setKey(WEIGHTS).setValue(String.join("\n", weights)));
    return new WithWeights(read(open.build().toByteArray(), Map.of()), read.weights());
  }

  private static void refuseDouble(String name, Tensor t) {
    if (t.dtype() != DType.F64) return;
    throw new OnnxException(
        "weight '" + name + "' is of double precision; models here are of single precision");
  }

  /**
   * The network of a file that {@link #of} gave.
   *
   * @param dims what its symbolic dimensions are to be
   */
  public static OnnxNetwork read(byte[] own, Map<String, Dim> dims) {
    OnnxImport read = OnnxImport.of(own, ImportOptions.defaults().naming(dims));
    var outputs = new LinkedHashMap<String, Value>();
    for (int i = 0; i < read.graph().names().size(); i++) {
      outputs.put(read.graph().names().get(i), read.graph().outputs().get(i));
    }
    var inputs = new LinkedHashMap<String, Value>();
    for (Value v : read.graph().inputs()) inputs.put(Graph.nameOf(v), v);
    var tables = new LinkedHashMap<String, Value>();
    read.weights().forEach((name, t) -> tables.putAll(take(inputs, name)));
    Map<String, Value> weights = take(inputs, read.metadata().getOrDefault(WEIGHTS, ""));
    return new OnnxNetwork(own, inputs, outputs, weights, tables);
  }

  private static Map<String, Value> take(Map<String, Value> inputs, String names) {
    var taken = new LinkedHashMap<String, Value>();
    for (String name : names.split("\n")) {
      Value v = inputs.remove(name);
      if (v != null) taken.put(name, v);
    }
    return taken;
  }

  /** The same graph with its symbolic dimensions as others. */
  public OnnxNetwork naming(Map<String, Dim> dims) {
    return read(file, dims);
  }

  /** The symbols of the inputs' dimensions. */
  public Set<String> symbols() {
    var all = new LinkedHashSet<String>();
    inputs.values().forEach(v -> v.shape().dims().forEach(d -> all.addAll(d.symbols())));
    return all;
  }

  /** The inputs that some outputs read. */
  public Set<String> reads(List<String> names) {
    Set<Value> read = behind(names.stream().map(this::output).toList());
    var own = new LinkedHashSet<>(inputs.keySet());
    own.removeIf(name -> !read.contains(inputs.get(name)));
    return own;
  }

  private static Set<Value> behind(List<Value> values) {
    var all = new LinkedHashSet<Value>();
    Graph.nodes(values).forEach(n -> all.addAll(n.outputs()));
    return all;
  }

  /** Outputs within a model whose batches hold the inputs under their own names. */
  public List<Value> apply(Scope scope, List<String> names) {
    var arguments = new LinkedHashMap<String, Value>();
    for (String name : reads(names)) {
      Value v = input(name);
      arguments.put(name, scope.input(name, v.dtype(), v.shape()));
    }
    return apply(scope, names, arguments);
  }

  /**
   * Outputs within a model: what they depend on of the weights becomes parameters of the scope,
   * under their own names.
   *
   * @param names of the outputs
   * @param arguments of inputs, by name, of their types
   * @throws OnnxException if an output depends on an input that is given no value
   */
  public List<Value> apply(Scope scope, List<String> names, Map<String, Value> arguments) {
    List<Value> wanted = names.stream().map(this::output).toList();
    var replaced = new LinkedHashMap<Value, Value>();
    Set<Value> read = behind(wanted);
    inputs.forEach(
        (name, v) -> {
          Value argument = arguments.get(name);
          if (argument != null) {
            replaced.put(v, argument);
          } else if (read.contains(v)) {
            throw new OnnxException(
                "input '" + name + "' " + v.type() + " of the graph would have no value");
          }
        });
    weights.forEach(
        (name, v) -> {
          if (!read.contains(v)) return;
          replaced.put(v, scope.parameter(name, Init.BIAS, v.shape()).cast(v.dtype()));
        });
    tables.forEach(
        (name, v) -> {
          if (read.contains(v)) replaced.put(v, table(scope, name, v.dtype(), v.shape()));
        });
    return Graph.substitute(wanted, replaced);
  }

  private static Value table(Scope scope, String name, DType dtype, Shape shape) {
    if (!dtype.isFloat()) return scope.table(name, dtype, shape);
    return scope.parameter(name, Init.BIAS, shape, false).cast(dtype);
  }

  /**
   * An output by name.
   *
   * @throws OnnxException listing those there are
   */
  public Value output(String name) {
    return named(outputs, "output", name);
  }

  /**
   * An input by name.
   *
   * @throws OnnxException listing those there are
   */
  public Value input(String name) {
    return named(inputs, "input", name);
  }

  private static Value named(Map<String, Value> all, String kind, String name) {
    Value v = all.get(name);
    if (v != null) return v;
    throw new OnnxException(
        "the graph has no "
            + kind
            + " '"
            + name
            + "'."
            + recurve.option.Nearest.hint(name, all.keySet())
            + " It has: "
            + listed(all));
  }

  /** Values with their types, for messages. */
  public static String listed(Map<String, Value> all) {
    return String.join(
        ", ", all.entrySet().stream().map(e -> e.getKey() + " " + e.getValue().type()).toList());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OnnxNetwork n && Arrays.equals(file, n.file);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(file);
  }
}
