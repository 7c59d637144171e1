package recurve.tck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import recurve.backend.Backend;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.cell.Rnn;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.transform.Gradient;

/**
 * One loop around a cell under a loss that sees everything the loop gives: each output and last
 * state, weighted by an input {@code probe}.
 *
 * @param loss the graph of the loss alone
 * @param full loss, {@code y}, {@code last NAME} of each state, and {@code d NAME}, the gradient of
 *     the loss by each parameter, first state and {@code x}
 * @param states the names of the states
 * @param parameters the names of the parameters
 */
record Network(Graph loss, Graph full, List<String> states, List<String> parameters) {
  static final Dim T = Dim.symbol("T");
  static final Dim B = Dim.symbol("B");

  /**
   * What to build.
   *
   * @param masked whether rows have lengths
   * @param unrolled whether every step is written out instead of looped over
   */
  record Plan(
      Rnn rnn,
      Dim time,
      Dim batch,
      int inputs,
      DType dtype,
      Scope.Mode mode,
      boolean masked,
      boolean unrolled) {
    /** In training, over symbolic extents, all rows full. */
    static Plan of(Rnn rnn, int inputs, DType dtype) {
      return new Plan(rnn, T, B, inputs, dtype, Scope.Mode.TRAIN, false, false);
    }

    Plan withLengths() {
      return new Plan(rnn, time, batch, inputs, dtype, mode, true, unrolled);
    }

    Plan evaluated() {
      return new Plan(rnn, time, batch, inputs, dtype, Scope.Mode.EVALUATE, masked, unrolled);
    }

    Plan at(int steps, int rows) {
      return new Plan(rnn, Dim.of(steps), Dim.of(rows), inputs, dtype, mode, masked, unrolled);
    }

    Plan writtenOut() {
      return new Plan(rnn, time, batch, inputs, dtype, mode, masked, true);
    }
  }

  static Network of(Plan plan) {
    Scope scope = Scope.root(plan.mode(), Scope.Carry.CARRIED, plan.dtype());
    Shape shape = Shape.of(plan.time(), plan.batch(), Dim.of(plan.inputs()));
    Value x = scope.input("x", plan.dtype(), shape);
    Optional<Value> lengths =
        plan.masked()
            ? Optional.of(scope.input("lengths", DType.I32, Shape.of(plan.batch())))
            : Optional.empty();
    var sequence = new Sequence(x, lengths);
    Value y =
        plan.unrolled()
            ? plan.rnn().unrolled(scope, sequence).values()
            : plan.rnn().apply(scope, sequence).values();
    var seen = new LinkedHashMap<String, Value>();
    seen.put("y", y);
    for (Scope.State s : scope.states()) seen.put("last " + s.name(), s.last());
    Value loss = Ops.constant(0, plan.dtype(), Shape.SCALAR);
    for (var v : seen.entrySet()) {
      Shape like = v.getValue().shape();
      Value probe = scope.input("probe " + v.getKey(), plan.dtype(), like);
      loss = loss.plus(probe.times(v.getValue()).total());
    }
    return of(scope, x, seen, loss);
  }

  private static Network of(Scope scope, Value x, Map<String, Value> seen, Value loss) {
    var wrt = new LinkedHashMap<String, Value>();
    for (Scope.Parameter p : scope.parameters()) wrt.put(p.name(), p.value());
    List<String> parameters = List.copyOf(wrt.keySet());
    for (Scope.State s : scope.states()) wrt.put(s.name(), initial(s));
    wrt.put("x", x);
    Gradient.Result r = Gradient.of(loss, List.copyOf(wrt.values()), List.copyOf(seen.values()));
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("loss", r.loss());
    for (String name : seen.keySet()) outputs.put(name, r.others().get(outputs.size() - 1));
    int i = 0;
    for (String name : wrt.keySet()) outputs.put("d " + name, r.gradients().get(i++));
    return new Network(
        Graph.of(scope.arguments(), Map.of("loss", loss)),
        Graph.of(scope.arguments(), outputs),
        scope.states().stream().map(Scope.State::name).toList(),
        parameters);
  }

  // the input by which a state is carried in, also where a learned first state may replace it
  private static Value initial(Scope.State state) {
    return Graph.nodes(List.of(state.initial())).stream()
        .map(n -> n.output())
        .filter(v -> v.op() instanceof recurve.ir.Op.Input i && i.name().equals(state.name()))
        .findFirst()
        .orElseThrow();
  }

  /** What the loss can be differentiated by. */
  List<String> differentiated() {
    return full.names().stream().filter(n -> n.startsWith("d ")).map(n -> n.substring(2)).toList();
  }

  /** Something for every input; each row but the first is shorter than the one before. */
  Tensors samples(long seed, int time, int batch) {
    Map<String, Long> binding = Map.of("T", (long) time, "B", (long) batch);
    var args = new TreeMap<>(new Samples(seed).of(full.inputs(), binding));
    args.replaceAll((name, t) -> t.dtype().isFloat() ? scaled(t, 0.6) : t);
    if (args.containsKey("lengths")) {
      var lengths = new int[batch];
      for (int b = 0; b < batch; b++) lengths[b] = Math.max(1, time - b % time);
      args.put("lengths", Tensor.of(lengths, batch));
    }
    if (args.containsKey(Scope.RESTART)) { // the first row begins anew, the others go on
      var restart = new boolean[batch];
      restart[0] = true;
      args.put(Scope.RESTART, Tensor.of(restart, batch));
    }
    return new Tensors(args);
  }

  private static Tensor scaled(Tensor t, double by) {
    var scaled = new double[t.size()];
    for (int i = 0; i < scaled.length; i++) scaled[i] = by * t.at(i);
    return Tensor.of(scaled, t.dims()).cast(t.dtype());
  }

  /** The outputs of a graph by name; arguments that it does not take are passed over. */
  static Tensors run(Backend backend, int threads, Graph graph, Tensors args) {
    try (Executable e = backend.compile(graph, CompileOptions.threads(threads))) {
      for (Value v : graph.inputs()) e.write(Graph.nameOf(v), args.get(Graph.nameOf(v)));
      e.run();
      var results = new LinkedHashMap<String, Tensor>();
      for (String name : graph.names()) results.put(name, e.read(name));
      return new Tensors(results);
    }
  }

  /** Arguments with what stands past each row's length replaced. */
  static Tensors padded(Tensors args, double with) {
    Tensor x = args.get("x").copy().cast(DType.F64);
    int[] lengths = args.get("lengths").ints();
    int batch = x.dim(1), width = x.dim(2);
    for (int t = 0; t < x.dim(0); t++) {
      for (int b = 0; b < batch; b++) {
        int at = (t * batch + b) * width;
        if (t >= lengths[b]) Arrays.fill(x.doubles(), at, at + width, with);
      }
    }
    return args.with("x", x.cast(args.get("x").dtype()));
  }

  /** One row of a batch by itself, cut to its length. */
  Tensors row(Tensors args, int row) {
    int length = args.get("lengths").ints()[row];
    var own = new LinkedHashMap<String, Tensor>();
    args.forEach(
        (name, t) -> {
          boolean sequence = name.equals("x") || name.equals("probe y");
          boolean state = states.contains(name) || name.startsWith("probe last ");
          own.put(name, sequence ? steps(t, row, length) : state ? line(t, row) : t);
        });
    return new Tensors(own).without("lengths");
  }

  /** Of [T, B, width] the first steps of a row, [length, 1, width]. */
  static Tensor steps(Tensor t, int row, int length) {
    int width = t.dim(2);
    var own = new ArrayList<Double>();
    for (int s = 0; s < length; s++) {
      for (int i = 0; i < width; i++) own.add(t.at((s * t.dim(1) + row) * width + i));
    }
    return tensor(own, t.dtype(), length, 1, width);
  }

  /** Of [B, width] one row, [1, width]. */
  static Tensor line(Tensor t, int row) {
    int width = t.dim(1);
    var own = new ArrayList<Double>();
    for (int i = 0; i < width; i++) own.add(t.at(row * width + i));
    return tensor(own, t.dtype(), 1, width);
  }

  private static Tensor tensor(List<Double> elements, DType dtype, int... dims) {
    double[] all = elements.stream().mapToDouble(v -> v).toArray();
    return Tensor.of(all, dims).cast(dtype);
  }
}
