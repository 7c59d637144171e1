package recurve.tasks.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import recurve.cell.Encoder;
import recurve.cell.Scope;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxNetwork;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Options;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.task.Report;
import recurve.task.Session;
import recurve.tasks.Imported;

/** A graph with its loss, and the batches of arrays for its inputs. */
final class GraphProblem implements Problem {
  private static final String FIGURE = "loss";

  private final Options options;
  private final OnnxNetwork network;
  private final String loss;
  private final Dim batch;

  GraphProblem(Options options, OnnxNetwork network) {
    this.options = options;
    this.network = network;
    this.loss = lossOf(options, network);
    this.batch = batchOf(options, network);
  }

  private static String lossOf(Options options, OnnxNetwork network) {
    String given = options.get(GraphTask.LOSS);
    if (!given.isEmpty()) {
      Value v = network.output(given);
      if (isNumber(v)) return given;
      throw new OnnxException(
          "output '" + given + "' is " + v.type() + "; a loss is one number, f32[]");
    }
    List<String> numbers =
        network.outputs().keySet().stream().filter(o -> isNumber(network.output(o))).toList();
    if (numbers.size() == 1) return numbers.get(0);
    throw new OnnxException(
        "which output is the loss, one number, f32[]? Set "
            + GraphTask.LOSS
            + ". There are: "
            + OnnxNetwork.listed(network.outputs()));
  }

  private static boolean isNumber(Value v) {
    return v.dtype() == DType.F32 && v.rank() == 0;
  }

  private static Dim batchOf(Options options, OnnxNetwork network) {
    String given = options.get(GraphTask.BATCH_AXIS);
    List<String> open = List.copyOf(network.symbols());
    List<String> fitting =
        open.size() == 1 ? open : open.stream().filter(Imported::isBatch).toList();
    if (!given.isEmpty()) fitting = open.stream().filter(given::equals).toList();
    if (fitting.size() == 1) return Dim.symbol(fitting.get(0));
    throw new OnnxException(
        "along which open axis do examples lie? Set "
            + GraphTask.BATCH_AXIS
            + (open.isEmpty()
                ? ". The graph has none; export it with open (dynamic) axes"
                : " to one of " + String.join(", ", open)));
  }

  @Override
  public Map<String, List<String>> vocabularies() {
    return Map.of();
  }

  @Override
  public Map<String, byte[]> files() {
    return Map.of(Imported.FILE, network.file());
  }

  @Override
  public Scope.Carry carry(Purpose purpose) {
    return Scope.Carry.FRESH;
  }

  @Override
  public Objective objective(Scope scope, Encoder encoder) {
    Value mean = network.apply(scope, List.of(loss)).get(0).cast(scope.dtype());
    Value count = Ops.extent(scope.dtype(), batch);
    return Objective.of(mean, mean.times(count), count);
  }

  /** Everything but the loss, which asks for what is to be predicted; alone it is all there is. */
  @Override
  public Map<String, Value> outputs(Scope scope, Encoder encoder) {
    List<String> names = predicted();
    List<Value> values = network.apply(scope, names);
    var outputs = new LinkedHashMap<String, Value>();
    for (int i = 0; i < names.size(); i++) outputs.put(names.get(i), values.get(i));
    return outputs;
  }

  private List<String> predicted() {
    List<String> others =
        network.outputs().keySet().stream().filter(name -> !name.equals(loss)).toList();
    return others.isEmpty() ? List.of(loss) : others;
  }

  @Override
  public Batches batches(Corpus corpus, Purpose purpose, Order order) {
    Arrays all = Arrays.read(corpus, network, network.reads(List.of(loss)), batch);
    int[] places = IntStream.range(0, all.count()).toArray();
    if (purpose == Purpose.TRAIN) shuffle(places, order);
    return all.batches(places, options.get(Batches.BATCH));
  }

  private static void shuffle(int[] places, Order order) {
    var random = new SplittableRandom(order.seed() * 1_000_003 + order.epoch());
    for (int i = places.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = places[i];
      places[i] = places[j];
      places[j] = swap;
    }
  }

  /** The mean of the loss over examples. */
  private static final class MeanLoss implements Evaluation {
    private double sum;
    private double count;

    @Override
    public void add(Batch batch, Function<String, Tensor> figures) {
      sum += figures.apply(Objective.NLL).item();
      count += figures.apply(Objective.COUNT).item();
    }

    @Override
    public Report report() {
      var figures = new LinkedHashMap<String, Double>();
      figures.put("examples", count);
      figures.put(FIGURE, sum / count);
      return new Report(figures, FIGURE, true);
    }
  }

  @Override
  public Evaluation evaluation() {
    return new MeanLoss();
  }

  /** A JSON object for each batch of examples: each output's numbers, row by row. */
  @Override
  public Stream<String> predict(Session session, Corpus input, Options decoding) {
    Arrays all = Arrays.read(input, network, network.reads(predicted()), batch);
    int[] places = IntStream.range(0, all.count()).toArray();
    Batches batches = all.batches(places, 1);
    return IntStream.range(0, batches.size())
        .mapToObj(i -> line(session.run(batches.get(i).inputs())));
  }

  private static String line(Map<String, Tensor> outputs) {
    var fields = new ArrayList<String>();
    outputs.forEach(
        (name, t) -> {
          String numbers =
              String.join(
                  ",", IntStream.range(0, t.size()).mapToObj(i -> number(t.at(i))).toList());
          fields.add(
              "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\":[" + numbers + "]");
        });
    return "{" + String.join(",", fields) + "}";
  }

  private static String number(double x) {
    if (x == Math.rint(x) && Math.abs(x) < 1e9) return Long.toString((long) x);
    return Double.isFinite(x) ? Float.toString((float) x) : "null"; // JSON has no other numbers
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of("task", "graph");
  }
}
