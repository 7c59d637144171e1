package recurve.tasks;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import recurve.cell.Scope;
import recurve.io.onnx.Bounds;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxNetwork;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;

/**
 * A graph from elsewhere in the place of a model's embedding, encoder and output layer: ids in,
 * scores out.
 *
 * <p>Which axis is the batch, which input the lengths and so on is told by options, or seen from
 * the types where only one reading is possible. Without an input for lengths texts of one length
 * only stand together, since padding would change what the graph computes.
 */
public final class Imported {
  /** The file of the graph in a model folder. */
  public static final String FILE = "graph.onnx";

  /** The order of the axes of ids and scores. */
  public enum Layout {
    /** By the lengths, or by the names of the axes. */
    AUTO,
    BATCH_FIRST,
    TIME_FIRST
  }

  /** What the graph gives of each label. */
  public enum Gives {
    /** Numbers whose softmax is the probability; logarithms of probabilities are such. */
    SCORES,
    PROBABILITIES
  }

  /** What scores are of. */
  public enum Per {
    WORD,
    TEXT,
    /** Each word too, and what the next is: states may come in and go out. */
    STEP
  }

  static final Option<String> IDS =
      Option.of("graph_ids", "", "imported graph: input of the ids; if empty, the one that fits");
  static final Option<String> LENGTHS =
      Option.of("graph_lengths", "", "imported graph: input of the lengths, if it has one");
  static final Option<String> SCORES =
      Option.of("graph_scores", "", "imported graph: output of the scores");
  static final Option<Layout> LAYOUT =
      Option.of("graph_layout", Layout.AUTO, "imported graph: order of the axes of its ids");
  static final Option<String> STATES =
      Option.of(
          "graph_states",
          "",
          "imported graph: in=out of each state, with commas; if empty, the inputs and outputs"
              + " left, in their order");
  static final Option<Gives> GIVES =
      Option.of("graph_gives", Gives.SCORES, "imported graph: what its output holds");

  private static final double TINY = 1e-30; // a probability of zero has no logarithm

  private final OnnxNetwork network;
  private final String ids;
  private final Optional<String> lengths;
  private final String scores;
  private final boolean batchFirst;
  private final Gives gives;
  private final Per per;
  private final int labels;
  private final Map<String, String> states;

  private Imported(Options options, OnnxNetwork network, Per per, int labels) {
    this.ids = idsOf(options, network);
    this.lengths = lengthsOf(options, network);
    this.batchFirst = isBatchFirst(options, network, ids, lengths);
    this.network = named(network, ids, batchFirst);
    this.per = per;
    this.labels = labels;
    this.gives = options.get(GIVES);
    this.scores = scoresOf(options);
    this.states = per == Per.STEP ? statesOf(options) : Map.of();
  }

  /** What a user says of an imported graph. */
  public static List<Option<?>> options() {
    return List.of(IDS, LENGTHS, SCORES, LAYOUT, GIVES);
  }

  /** The same of one that may carry states. */
  public static List<Option<?>> stepping() {
    return List.of(IDS, LENGTHS, SCORES, STATES, LAYOUT, GIVES);
  }

  /**
   * The graph among a model's files, if there is one.
   *
   * @param per what its scores are of
   * @param labels how many scores it has to give
   * @param words the vocabulary that ids are from
   * @throws OnnxException if the graph does not fit, saying what it has
   */
  public static Optional<Imported> of(
      Options options, Map<String, byte[]> files, Per per, int labels, Vocabulary words) {
    byte[] file = files.get(FILE);
    if (file == null) return Optional.empty();
    var all = new Imported(options, OnnxNetwork.read(file, Map.of()), per, labels);
    all.check(words);
    return Optional.of(all);
  }

  private void check(Vocabulary words) {
    Dim rows = Bounds.of(graph()).rows().getOrDefault(ids, Dim.of(words.size()));
    if (rows.isNumber() && rows.number() < words.size()) {
      throw new OnnxException(
          "the vocabulary has "
              + words.size()
              + " entries, but the table that '"
              + ids
              + "' indexes has "
              + rows
              + " rows; give the vocabulary that the model was made with");
    }
    if (!words.contains(Vocabulary.UNKNOWN)) {
      throw new OnnxException(
          "the vocabulary has no '"
              + Vocabulary.UNKNOWN
              + "'; rename the entry that stands for unknown words to that");
    }
  }

  private Graph graph() {
    var inputs = new ArrayList<Value>();
    for (var all : List.of(network.inputs(), network.weights(), network.tables())) {
      inputs.addAll(all.values());
    }
    return new Graph(inputs, List.of(network.output(scores)), List.of(scores));
  }

  /** What is saved with the model. */
  public Map<String, byte[]> files() {
    return Map.of(FILE, network.file());
  }

  /** Whether it takes states and gives them back. */
  public boolean carries() {
    return !states.isEmpty();
  }

  /** Whether texts of different lengths may stand in one batch. */
  public boolean takesLengths() {
    return lengths.isPresent();
  }

  /** Of a batch's inputs those that the outputs read. */
  public Map<String, Tensor> inputs(Map<String, Tensor> all) {
    var own = new LinkedHashMap<>(all);
    if (lengths.isEmpty()) own.remove(Rows.LENGTHS);
    return own;
  }

  /** The rows' lengths, where the graph takes them: I32 [B]. */
  public Optional<Value> lengths(Scope scope) {
    return lengths.map(name -> scope.input(Rows.LENGTHS, DType.I32, Shape.of(Rows.BATCH)));
  }

  /** The scores: [T, B, labels] of words, or [B, labels] of texts. */
  public Value scores(Scope scope) {
    Value in = scope.input(Rows.IDS, DType.I32, Shape.of(Rows.TIME, Rows.BATCH));
    var arguments = new LinkedHashMap<String, Value>();
    arguments.put(ids, batchFirst ? in.t() : in);
    lengths.ifPresent(name -> arguments.put(name, lengths(scope).orElseThrow()));
    Value out = applied(scope, arguments).cast(scope.dtype());
    if (gives == Gives.PROBABILITIES) out = Ops.log(out.max(TINY));
    if (per == Per.TEXT) return out;
    Dim first = batchFirst ? Rows.BATCH : Rows.TIME, second = batchFirst ? Rows.TIME : Rows.BATCH;
    Value rows = out.reshape(Shape.of(first, second, Dim.of(labels)));
    return batchFirst ? rows.swap(0, 1) : rows;
  }

  /** The scores as the graph gives them; its states begin as zeros, or where they were left. */
  private Value applied(Scope scope, Map<String, Value> arguments) {
    Scope own = scope.in("state");
    var names = new ArrayList<>(List.of(scores));
    var all = new LinkedHashMap<>(arguments);
    states.forEach(
        (in, out) -> {
          Value v = network.input(in);
          all.put(in, own.initial(in, v.shape()).cast(v.dtype()));
          names.add(out);
        });
    List<Value> results = network.apply(scope, names, all);
    int next = 1;
    for (String in : states.keySet()) own.last(in, results.get(next++).cast(scope.dtype()));
    return results.get(0);
  }

  // -- which is which

  private static String idsOf(Options options, OnnxNetwork network) {
    return chosen(options, IDS, network, "ids of words, whole numbers of two axes", 2)
        .orElseThrow(
            () ->
                new OnnxException(
                    "no input of the graph takes ids, whole numbers of two axes; it has: "
                        + OnnxNetwork.listed(network.inputs())));
  }

  private static Optional<String> lengthsOf(Options options, OnnxNetwork network) {
    return chosen(options, LENGTHS, network, "lengths, whole numbers of one axis", 1);
  }

  private static Optional<String> chosen(
      Options options, Option<String> option, OnnxNetwork network, String what, int rank) {
    String given = options.get(option);
    List<String> fitting =
        network.inputs().entrySet().stream()
            .filter(e -> e.getValue().dtype() == DType.I32 && e.getValue().rank() == rank)
            .map(Map.Entry::getKey)
            .toList();
    if (!given.isEmpty()) {
      Value v = network.input(given);
      if (fitting.contains(given)) return Optional.of(given);
      throw new OnnxException("input '" + given + "' is " + v.type() + ", not " + what);
    }
    if (fitting.size() < 2) return fitting.stream().findFirst();
    throw new OnnxException(
        "more than one input may be "
            + what
            + ": "
            + String.join(", ", fitting)
            + "; set "
            + option);
  }

  private static boolean isBatchFirst(
      Options options, OnnxNetwork network, String ids, Optional<String> lengths) {
    Shape shape = network.input(ids).shape();
    for (Dim d : shape.dims()) {
      boolean open = d.symbols().stream().anyMatch(name -> d.equals(Dim.symbol(name)));
      if (open) continue;
      throw new OnnxException(
          "input '"
              + ids
              + "' is "
              + shape
              + ": its extents are fixed; export it with open (dynamic) axes for batch and time");
    }
    Dim first = shape.dim(0), second = shape.dim(1);
    return switch (options.get(LAYOUT)) {
      case BATCH_FIRST -> true;
      case TIME_FIRST -> false;
      case AUTO -> {
        if (lengths.isPresent()) yield network.input(lengths.get()).dim(0).equals(first);
        boolean known = isBatch(first.toString());
        if (known != isBatch(second.toString())) yield known;
        throw new OnnxException(
            "input '"
                + ids
                + "' is "
                + shape
                + ", which tells not which axis is the batch; set "
                + LAYOUT
                + " to batch-first or time-first");
      }
    };
  }

  /** Whether an axis of this name is the batch, by what people call it. */
  public static boolean isBatch(String axis) {
    String name = axis.toLowerCase(Locale.ROOT);
    return name.contains("batch") || Stream.of("b", "n", "rows").anyMatch(name::equals);
  }

  private static OnnxNetwork named(OnnxNetwork network, String ids, boolean batchFirst) {
    Shape shape = network.input(ids).shape();
    String batch = shape.dim(batchFirst ? 0 : 1).toString();
    String time = shape.dim(batchFirst ? 1 : 0).toString();
    var names = new LinkedHashMap<String, Dim>();
    if (!batch.equals(Rows.BATCH.toString())) names.put(batch, Rows.BATCH);
    if (!time.equals(Rows.TIME.toString())) names.put(time, Rows.TIME);
    if (names.isEmpty()) return network;
    for (Dim d : names.values()) {
      if (!network.symbols().contains(d.toString())) continue;
      throw new OnnxException(
          "input '"
              + ids
              + "' is "
              + shape
              + ", but "
              + d
              + " is "
              + (d.equals(Rows.TIME) ? "time" : "the batch")
              + " here; export it with axes of other names");
    }
    return network.naming(names);
  }

  /** Which output each state becomes: those named, or as many as are left, in their order. */
  private Map<String, String> statesOf(Options options) {
    var inputs = new ArrayList<>(network.inputs().keySet());
    inputs.remove(ids);
    lengths.ifPresent(inputs::remove);
    var outputs = new ArrayList<>(network.outputs().keySet());
    outputs.remove(scores);
    var pairs = new LinkedHashMap<String, String>();
    String given = options.get(STATES);
    if (given.isEmpty()) {
      for (String in : inputs) {
        Optional<String> out = outputs.stream().filter(o -> mayBecome(in, o)).findFirst();
        pairs.put(in, out.orElseThrow(() -> noState(in)));
        outputs.remove(pairs.get(in));
      }
      return pairs;
    }
    for (String pair : given.split(",")) {
      String[] sides = pair.strip().split("=", 2);
      String in = sides[0], out = sides[sides.length - 1];
      network.input(in);
      network.output(out);
      if (!mayBecome(in, out)) throw noState(in);
      pairs.put(in, out);
    }
    return pairs;
  }

  private boolean mayBecome(String in, String out) {
    Value a = network.input(in), b = network.output(out);
    Set<String> open = new HashSet<>();
    a.shape().dims().forEach(d -> open.addAll(d.symbols()));
    open.remove(Rows.BATCH.toString());
    return a.dtype() == DType.F32 && a.type().equals(b.type()) && open.isEmpty();
  }

  private OnnxException noState(String in) {
    return new OnnxException(
        "input '"
            + in
            + "' is "
            + network.input(in).type()
            + "; a state is of floats, open along the batch alone, and there is an output of its"
            + " type. Outputs: "
            + OnnxNetwork.listed(network.outputs())
            + "; name the pairs with "
            + STATES);
  }

  private String scoresOf(Options options) {
    String given = options.get(SCORES);
    if (!given.isEmpty()) {
      Value v = network.output(given);
      if (fits(v)) return given;
      throw new OnnxException("output '" + given + "' is " + v.type() + ", not " + expected());
    }
    List<String> fitting =
        network.outputs().entrySet().stream()
            .filter(e -> fits(e.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    if (fitting.size() == 1) return fitting.get(0);
    throw new OnnxException(
        fitting.isEmpty()
            ? "no output of the graph is "
                + expected()
                + "; "
                + OnnxNetwork.listed(network.outputs())
            : "more than one output is "
                + expected()
                + ": "
                + String.join(", ", fitting)
                + "; set "
                + SCORES);
  }

  private String expected() {
    String what = per == Per.TEXT ? "scores of each text" : "scores of each word";
    return what + ", f32" + shapes().get(0) + ", for the vocabulary's " + labels + " labels";
  }

  private boolean fits(Value v) {
    return v.dtype() == DType.F32 && shapes().contains(v.shape());
  }

  private List<Shape> shapes() {
    Dim k = Dim.of(labels);
    if (per == Per.TEXT) return List.of(Shape.of(Rows.BATCH, k));
    return List.of(
        batchFirst ? Shape.of(Rows.BATCH, Rows.TIME, k) : Shape.of(Rows.TIME, Rows.BATCH, k),
        Shape.of(Rows.TIME.times(Rows.BATCH), k)); // as loss functions elsewhere want them
  }
}
