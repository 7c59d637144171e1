package recurve.io.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.ShapeException;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.onnx.proto.FunctionProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.TypeProto;
import recurve.onnx.proto.ValueInfoProto;

/**
 * An ONNX model as a graph of ours.
 *
 * @param graph its inputs are those of the model, in their order, and then its weights
 * @param weights the values of those inputs that are weights
 * @param metadata what the file holds beside its graph
 * @param inputs the types that the file declares for the inputs that are not weights
 * @param outputs the types that the file declares for the outputs
 * @param producer what made the file
 * @param opset the version of ONNX's operators that it is written in
 */
public record OnnxImport(
    Graph graph,
    Map<String, Tensor> weights,
    Map<String, String> metadata,
    Map<String, ElementType> inputs,
    Map<String, ElementType> outputs,
    String producer,
    long opset) {

  private static final long OLDEST = 1;
  private static final long NEWEST = 27;
  // how often two symbols of one model may turn out to be one extent
  private static final int MOST_REPLACEMENTS = 256;

  public OnnxImport {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
  }

  /**
   * Reads a model.
   *
   * @throws OnnxException if the bytes are no sound model
   * @throws UnsupportedModelException if our graph cannot express some of its nodes; names all
   */
  public static OnnxImport of(byte[] bytes, ImportOptions options) {
    return of(parse(bytes), options);
  }

  /**
   * Reads a model for some values of its inputs: those that it computes shapes from are fixed;
   * where that is not enough, its open extents become those of the values, and at last all single
   * whole numbers and truths are fixed.
   *
   * @throws OnnxException as reading does
   */
  public static OnnxImport fitting(
      byte[] bytes, ImportOptions options, Map<String, Tensor> inputs) {
    ModelProto model = parse(bytes);
    ImportOptions now = options;
    while (true) {
      try {
        OnnxImport read = of(model, now);
        if (read.takes(inputs)) return read;
        ImportOptions closer = closer(model, now, inputs, List.of());
        if (closer.equals(now)) return read; // running tells
        now = closer;
      } catch (UnsupportedModelException e) {
        ImportOptions closer = closer(model, now, inputs, e.nodes());
        if (closer.equals(now)) throw e;
        now = closer;
      }
    }
  }

  /**
   * Whether values have the extents that reading settled; one branch of a choice may ask for one.
   */
  private boolean takes(Map<String, Tensor> values) {
    for (Value in : graph.inputs()) {
      Tensor value = values.get(Graph.nameOf(in));
      if (value == null || value.rank() != in.rank()) continue;
      for (int i = 0; i < in.rank(); i++) {
        if (in.dim(i).isNumber() && !in.dim(i).is(value.dim(i))) return false;
      }
    }
    return true;
  }

  /** The same, with a little more known; itself if there is no more to know. */
  private static ImportOptions closer(
      ModelProto model, ImportOptions now, Map<String, Tensor> inputs, List<Unsupported> nodes) {
    var shaping = new HashMap<>(inputs);
    shaping.keySet().retainAll(nodes.stream().flatMap(n -> n.inputs().stream()).toList());
    if (!now.fixed().keySet().containsAll(shaping.keySet())) return now.fixing(shaping);
    Map<String, Dim> extents = Symbols.of(model.getGraph(), inputs);
    extents.putAll(now.extents());
    if (!extents.equals(now.extents())) return now.naming(extents);
    var single = new HashMap<>(inputs);
    single.values().removeIf(t -> t.size() != 1 || t.dtype().isFloat());
    return now.fixed().keySet().containsAll(single.keySet()) ? now : now.fixing(single);
  }

  static ModelProto parse(byte[] bytes) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      in.setRecursionLimit(100); // bodies within bodies
      return ModelProto.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxException("no ONNX model: " + e.getMessage());
    } catch (IOException e) {
      throw new OnnxException("no ONNX model: " + e);
    }
  }

  private static OnnxImport of(ModelProto model, ImportOptions options) {
    if (!model.hasGraph()) throw new OnnxException("no ONNX model: it has no graph");
    var replacements = new HashMap<>(options.extents());
    var budget = new Reading.Budget();
    for (int i = 0; i < MOST_REPLACEMENTS; i++) {
      try {
        return new Attempt(model, options, replacements, budget).run();
      } catch (Fit.Found found) {
        replacements.put(found.symbol(), found.dim());
      } catch (Refusal e) {
        throw new OnnxException(e.reason());
      } catch (ShapeException | ArithmeticException e) {
        throw new OnnxException("no sound model: " + e.getMessage());
      }
    }
    throw new OnnxException("its dimensions contradict each other");
  }

  /** Reading once, with what is known of the dimensions so far. */
  private static final class Attempt {
    private final ModelProto model;
    private final GraphProto proto;
    private final Reading reading;
    private final Symbols symbols;
    private final Frame frame;
    private final Map<String, Long> opsets;
    private final List<Value> inputs = new ArrayList<>();
    private final Map<String, ElementType> inputTypes = new LinkedHashMap<>();

    Attempt(
        ModelProto model,
        ImportOptions options,
        Map<String, Dim> replacements,
        Reading.Budget budget) {
      this.model = model;
      this.proto = model.getGraph();
      var functions = new HashMap<Reading.Function, FunctionProto>();
      for (FunctionProto f : model.getFunctionsList()) {
        functions.put(new Reading.Function(f.getDomain(), f.getName(), f.getOverload()), f);
      }
      boolean ours = model.getProducerName().equals(Exporter.PRODUCER);
      this.reading = new Reading(options, functions, ours, budget);
      this.symbols = new Symbols(replacements);
      this.opsets = Frame.opsets(model.getOpsetImportList());
      this.frame = Frame.of(reading, opsets);
    }

    OnnxImport run() {
      long opset = opsets.getOrDefault("", 1L);
      if (opset < OLDEST || opset > NEWEST) {
        throw new OnnxException(
            "opset " + opset + " is not read; " + OLDEST + " to " + NEWEST + " are");
      }
      takeInputs();
      frame.read(proto);
      var outputs = new LinkedHashMap<String, Value>();
      var outputTypes = new LinkedHashMap<String, ElementType>();
      for (ValueInfoProto o : proto.getOutputList()) {
        Item item = frame.get(o.getName(), "an output");
        if (item instanceof Item.Unread) continue; // told below
        if (outputs.containsKey(o.getName())) {
          throw new OnnxException("two outputs are named '" + o.getName() + "'");
        }
        Value v = reading.value(item);
        outputs.put(o.getName(), v);
        outputTypes.put(o.getName(), declared(o).orElse(ElementType.of(v.dtype())));
      }
      if (!reading.unsupported().isEmpty()) {
        throw new UnsupportedModelException(reading.unsupported());
      }
      if (outputs.isEmpty()) throw new OnnxException("no ONNX model: its graph has no outputs");
      List<String> order = proto.getInitializerList().stream().map(TensorProto::getName).toList();
      var all = new ArrayList<>(inputs);
      var weights = new LinkedHashMap<String, Tensor>();
      reading
          .weights(order)
          .forEach(
              (name, v) -> {
                all.add(v);
                weights.put(name, reading.weight(name));
              });
      var metadata = new LinkedHashMap<String, String>();
      model.getMetadataPropsList().forEach(m -> metadata.put(m.getKey(), m.getValue()));
      return new OnnxImport(
          Graph.of(all, outputs),
          weights,
          metadata,
          inputTypes,
          outputTypes,
          model.getProducerName(),
          opset);
    }

    private void takeInputs() {
      Set<String> initialised = new HashSet<>();
      for (TensorProto t : proto.getInitializerList()) {
        if (!initialised.add(t.getName())) {
          throw new OnnxException("two weights are named '" + t.getName() + "'");
        }
      }
      for (ValueInfoProto in : proto.getInputList()) {
        // up to IR version 3 weights are listed as inputs too
        if (initialised.contains(in.getName())) continue;
        ElementType type =
            declared(in)
                .orElseThrow(
                    () ->
                        new OnnxException(
                            "input '" + in.getName() + "' is no tensor of a type that we carry"));
        Tensor fixed = reading.options().fixed().get(in.getName());
        boolean shaped = fixed == null || in.getType().getTensorType().hasShape();
        // of a fixed one too: extents without a name are told apart by their order
        Shape shape = shaped ? symbols.shape(in) : Shape.SCALAR;
        if (fixed != null) {
          frame.define(in.getName(), fixed(type, fixed, in.getName()));
          continue;
        }
        reading.take(in.getName());
        Value v = Ops.input(in.getName(), type.carrier(), shape);
        inputs.add(v);
        inputTypes.put(in.getName(), type);
        frame.define(in.getName(), Item.of(type, v));
      }
    }

    private static Item fixed(ElementType type, Tensor t, String name) {
      if (t.dtype().isFloat() || t.size() > Ints.MOST) return new Item.Dense(type, t, name);
      var elements = new ArrayList<Dim>();
      for (int i = 0; i < t.size(); i++) elements.add(Dim.of((long) t.at(i)));
      var dims = new ArrayList<Integer>();
      for (int d : t.dims()) dims.add(d);
      return new Item.Known(type, new Ints(elements, dims), name);
    }

    private static Optional<ElementType> declared(ValueInfoProto info) {
      return Optional.of(info.getType())
          .filter(TypeProto::hasTensorType)
          .flatMap(t -> ElementType.of(t.getTensorType().getElemType()));
    }
  }

  /**
   * The same file with its weights inside, where they stand in other files; for runtimes that are
   * handed bytes.
   *
   * @param folder where those files are
   * @throws OnnxException if one cannot be read, or all are more than one file of ONNX holds
   */
  public static byte[] whole(byte[] bytes, Path folder) {
    ModelProto.Builder model = parse(bytes).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    External external = External.in(Optional.of(folder));
    long size = bytes.length;
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto weight = TensorFile.whole(graph.getInitializer(i), external);
      size += weight.getRawData().size();
      if (size > OnnxExport.LARGEST) {
        throw new OnnxException("its weights exceed 2 GB, the most that one ONNX file holds");
      }
      graph.setInitializer(i, weight);
    }
    return model.build().toByteArray();
  }

  /**
   * The types that a file declares for its inputs, weights listed there included; those of types
   * that we do not carry are left out.
   */
  public static Map<String, ElementType> types(byte[] bytes) {
    var types = new LinkedHashMap<String, ElementType>();
    for (ValueInfoProto in : parse(bytes).getGraph().getInputList()) {
      Attempt.declared(in).ifPresent(t -> types.put(in.getName(), t));
    }
    return types;
  }

  /** The names of a file's inputs, in their order, weights listed there included. */
  public static List<String> inputNames(byte[] bytes) {
    return parse(bytes).getGraph().getInputList().stream().map(ValueInfoProto::getName).toList();
  }

  /** The names of a file's weights: what it gives the values of, constants among nodes left out. */
  public static Set<String> weightNames(byte[] bytes) {
    var names = new LinkedHashSet<String>();
    parse(bytes).getGraph().getInitializerList().forEach(t -> names.add(t.getName()));
    return names;
  }

  /** The names of a file's outputs, in their order. */
  public static List<String> outputNames(byte[] bytes) {
    return parse(bytes).getGraph().getOutputList().stream().map(ValueInfoProto::getName).toList();
  }

  /** How often each operator stands in a file, bodies and functions included, by its name. */
  public static Map<String, Integer> operators(byte[] bytes) {
    var counts = new TreeMap<String, Integer>();
    ModelProto model = parse(bytes);
    count(model.getGraph(), counts);
    for (FunctionProto f : model.getFunctionsList()) {
      f.getNodeList().forEach(n -> counts.merge(n.getOpType(), 1, Integer::sum));
    }
    return counts;
  }

  private static void count(GraphProto graph, Map<String, Integer> counts) {
    for (var n : graph.getNodeList()) {
      String domain = n.getDomain().isEmpty() ? "" : n.getDomain() + ".";
      counts.merge(domain + n.getOpType(), 1, Integer::sum);
      n.getAttributeList().forEach(a -> count(a.getG(), counts));
    }
  }
}
