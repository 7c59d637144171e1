package recurve.io.onnx;

import static recurve.ir.DType.BOOL;
import static recurve.ir.DType.F32;
import static recurve.ir.DType.I32;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.ir.DType;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.onnx.proto.AttributeProto;

/** Recurrent operators and loops of other people's files give what ONNX Runtime gives. */
class ImportLoopsTest {
  private static final int FLOAT = 1;
  private static final long H = 3;

  private final Random random = new Random(11);

  private Tensor tensor(DType dtype, int... dims) {
    long[] extents = java.util.Arrays.stream(dims).asLongStream().toArray();
    return Runtimes.random(Ops.input("x", dtype, Shape.of(extents)), Map.of(), random);
  }

  /** All that a recurrent node may have, in the combinations that runtimes compute. */
  private final class Recurrent {
    private final Models model = Models.opset(14).input("x", F32, "T", "B", 5);
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final List<AttributeProto> attributes = new ArrayList<>();
    private final String operator;
    private final int gates;
    private final int directions;
    private String arguments = "x w r";

    Recurrent(String operator, String direction) {
      this.operator = operator;
      this.gates = operator.equals("LSTM") ? 4 : operator.equals("GRU") ? 3 : 1;
      this.directions = direction.equals("bidirectional") ? 2 : 1;
      model.weight("w", tensor(F32, directions, gates * (int) H, 5));
      model.weight("r", tensor(F32, directions, gates * (int) H, (int) H));
      attributes.add(Protos.attribute("hidden_size", H));
      attributes.add(Protos.attribute("direction", direction));
    }

    Recurrent bias() {
      model.weight("b", tensor(F32, directions, 2 * gates * (int) H));
      arguments += " b";
      return this;
    }

    Recurrent lengths() {
      model.input("n", I32, "B");
      inputs.put("n", Tensor.of(new int[] {7, 1, 4}, 3));
      arguments += " n";
      return this;
    }

    Recurrent without() {
      arguments += " -";
      return this;
    }

    Recurrent first() {
      model.input("h", F32, directions, "B", (int) H);
      inputs.put("h", tensor(F32, directions, 3, (int) H));
      arguments += " h";
      if (gates < 4) return this;
      model.input("c", F32, directions, "B", (int) H);
      inputs.put("c", tensor(F32, directions, 3, (int) H));
      arguments += " c";
      return this;
    }

    Recurrent peepholes() {
      model.weight("p", tensor(F32, directions, 3 * (int) H));
      arguments += " p";
      return this;
    }

    Recurrent with(AttributeProto attribute) {
      attributes.add(attribute);
      return this;
    }

    void check(ImportOptions options) {
      String results = gates == 4 ? "y last cell" : "y last";
      model.node(
          results + " = " + operator + " " + arguments, attributes.toArray(AttributeProto[]::new));
      for (String out : results.split(" ")) model.output(out, FLOAT);
      inputs.put("x", tensor(F32, 7, 3, 5));
      Runtimes.compare(model.bytes(), options, inputs);
    }

    void check() {
      check(ImportOptions.defaults());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RNN,forward", "RNN,reverse", "RNN,bidirectional",
    "GRU,forward", "GRU,reverse", "GRU,bidirectional",
    "LSTM,forward", "LSTM,reverse", "LSTM,bidirectional"
  })
  void recurrentOperators(String operator, String direction) {
    new Recurrent(operator, direction).check();
    new Recurrent(operator, direction).bias().check();
    new Recurrent(operator, direction).bias().lengths().check();
    new Recurrent(operator, direction).without().lengths().first().check();
    new Recurrent(operator, direction).bias().without().first().check();
  }

  @ParameterizedTest
  @CsvSource({
    "Relu",
    "Tanh",
    "Sigmoid",
    "Affine",
    "LeakyRelu",
    "ThresholdedRelu",
    "ScaledTanh",
    "HardSigmoid",
    "Elu",
    "Softsign",
    "Softplus"
  })
  void everyActivation(String name) {
    new Recurrent("RNN", "bidirectional")
        .bias()
        .with(Protos.strings("activations", List.of(name, "Tanh")))
        // without numbers some runtimes take others than the operators' own
        .with(Models.attribute("activation_alpha", List.of(0.3)))
        .with(Models.attribute("activation_beta", List.of(0.4)))
        .check();
    new Recurrent("LSTM", "forward")
        .bias()
        .with(Protos.strings("activations", List.of("HardSigmoid", name, "ScaledTanh")))
        .with(Models.attribute("activation_alpha", alphas(name)))
        .with(Models.attribute("activation_beta", betas(name)))
        .check();
  }

  private static List<Double> alphas(String name) {
    var all = new ArrayList<>(List.of(0.3));
    if (Activations.takesAlpha(name)) all.add(0.7);
    all.add(1.2);
    return all;
  }

  private static List<Double> betas(String name) {
    var all = new ArrayList<>(List.of(0.4));
    if (Activations.takesBeta(name)) all.add(0.6);
    all.add(0.8);
    return all;
  }

  @Test
  void gruLinearBeforeReset() {
    AttributeProto linear = Protos.attribute("linear_before_reset", 1);
    new Recurrent("GRU", "bidirectional").bias().lengths().with(linear).check();
  }

  @Test
  void lstmPeepholesAndCoupledGates() {
    AttributeProto coupled = Protos.attribute("input_forget", 1);
    new Recurrent("LSTM", "bidirectional").bias().lengths().first().peepholes().check();
    new Recurrent("LSTM", "forward").bias().without().first().with(coupled).check();
  }

  @Test
  void clippingIsTheRuntimesWhereAsked() {
    AttributeProto clip = Models.attribute("clip", 0.4);
    ImportOptions theirs = ImportOptions.defaults().clippingAsOnnxRuntime();
    new Recurrent("LSTM", "forward").bias().with(clip).check(theirs);
    new Recurrent("RNN", "forward").bias().with(clip).check();
  }

  @ParameterizedTest
  @CsvSource({"0,0,0,0", "1,1,1,1", "1,0,0,1", "0,1,1,0"})
  void scansInAllDirections(long first, long second, long up, long down) {
    var body =
        Models.opset(17)
            .input("s", F32, 3)
            .input("a", F32, 3)
            .input("b", F32, 3)
            .node("t = Tanh s")
            .node("u = Mul t w")
            .node("v = Add u a")
            .node("next = Sub v b")
            .node("y = Identity next")
            .node("z = Mul a b")
            .output("next", F32, 3)
            .output("y", F32, 3)
            .output("z", F32, 3);
    var model =
        Models.opset(17)
            .input("first", F32, 3)
            .input("xa", F32, "T", 3)
            .input("xb", F32, 3, "T")
            .weight("w", tensor(F32, 3))
            .node(
                "last ys zs = Scan first xa xb",
                Protos.attribute("body", body.graph()),
                Protos.attribute("num_scan_inputs", 2),
                Protos.attribute("scan_input_axes", List.of(0L, 1L)),
                Protos.attribute("scan_input_directions", List.of(first, second)),
                Protos.attribute("scan_output_axes", List.of(0L, 1L)),
                Protos.attribute("scan_output_directions", List.of(up, down)));
    model.output("last", FLOAT).output("ys", FLOAT).output("zs", FLOAT);
    Map<String, Tensor> in =
        Map.of("first", tensor(F32, 3), "xa", tensor(F32, 6, 3), "xb", tensor(F32, 3, 6));
    Runtimes.compare(model.bytes(), ImportOptions.defaults(), in);
  }

  /** Opset 8: a batch that the body does not see, here with lengths. */
  @Test
  void scansOverABatch() {
    var body =
        Models.opset(8)
            .input("s", F32, 3)
            .input("a", F32, 3)
            .node("next = Add s a")
            .node("y = Tanh next")
            .output("next", F32, 3)
            .output("y", F32, 3);
    var model =
        Models.opset(8)
            .longs("n", "B")
            .input("first", F32, "B", 3)
            .input("xs", F32, "B", "T", 3)
            .node(
                "last ys = Scan n first xs",
                Protos.attribute("body", body.graph()),
                Protos.attribute("num_scan_inputs", 1));
    model.output("last", FLOAT).output("ys", FLOAT);
    Map<String, Tensor> in =
        Map.of(
            "n",
            Tensor.of(new int[] {4, 2}, 2),
            "first",
            tensor(F32, 2, 3),
            "xs",
            tensor(F32, 2, 4, 3));
    Runtimes.compare(model.bytes(), ImportOptions.defaults(), in);
  }

  private static Models counting() {
    return Models.opset(17)
        .input("i", I32)
        .input("go", BOOL)
        .input("s", F32, 3)
        .node("f = Cast i", Protos.attribute("to", 1))
        .node("t = Mul s w")
        .node("next = Add t f")
        .node("y = Neg next");
  }

  @Test
  void loopsOfKnownTrips() {
    var body = withLongIndex(counting().node("go2 = Identity go"));
    var model =
        Models.opset(17)
            .input("s0", F32, 3)
            .input("x", F32, "T", 2)
            .weight("w", tensor(F32, 3))
            .scalar("axis", 0)
            .node("shape = Shape x")
            .node("trips = Gather shape axis")
            .node("last ys = Loop trips - s0", Protos.attribute("body", body.graph()));
    model.output("last", FLOAT).output("ys", FLOAT);
    Map<String, Tensor> in = Map.of("s0", tensor(F32, 3), "x", tensor(F32, 4, 2));
    Runtimes.compare(model.bytes(), ImportOptions.defaults(), in);
  }

  private static Models withLongIndex(Models given) {
    var graph = given.graph().toBuilder();
    graph.setInput(0, Models.info("i", 7));
    graph.addOutput(Models.info("go2", 9));
    graph.addOutput(Models.info("next", 1, 3)).addOutput(Models.info("y", 1, 3));
    return Models.of(graph);
  }

  /** A loop that its body ends: what comes after changes nothing. */
  @Test
  void loopsThatEndEarly() {
    var body =
        Models.opset(17)
            .longs("i")
            .input("go", BOOL)
            .input("s", F32, 3)
            .node("next = Mul s w")
            .node("sum = ReduceSum next", Protos.attribute("keepdims", 0))
            .node("go2 = Less sum bound");
    body.output("go2", BOOL).output("next", F32, 3);
    var model =
        Models.opset(17)
            .input("s0", F32, 3)
            .weight("w", Tensor.of(new float[] {2, 3, 1.5f}, 3))
            .weight("bound", Tensor.scalar(F32, 100))
            .scalar("trips", 10)
            .node("last = Loop trips - s0", Protos.attribute("body", body.graph()));
    model.output("last", FLOAT);
    Map<String, Tensor> in = Map.of("s0", Tensor.of(new float[] {1, 2, 3}, 3));
    Runtimes.compare(model.bytes(), ImportOptions.defaults(), in);
  }

  @Test
  void choicesByAValue() {
    var yes = Models.opset(17).node("a = Tanh x").output("a", F32, 3).graph();
    var no = Models.opset(17).node("b = Neg x").output("b", F32, 3).graph();
    var model =
        Models.opset(17)
            .input("x", F32, 3)
            .input("c", BOOL)
            .node(
                "y = If c",
                Protos.attribute("then_branch", yes),
                Protos.attribute("else_branch", no));
    model.output("y", FLOAT);
    for (boolean c : new boolean[] {false, true}) {
      Map<String, Tensor> in = Map.of("x", tensor(F32, 3), "c", Tensor.of(new boolean[] {c}));
      Runtimes.compare(model.bytes(), ImportOptions.defaults(), in);
    }
  }

  /** Which graph is meant, and of how many axes, values tell: of the shape, and of a number. */
  @Test
  void choicesBetweenShapes() {
    var flat = Models.opset(17).node("a = Squeeze x one").output("a", FLOAT).graph();
    var same = Models.opset(17).node("b = Identity x").output("b", FLOAT).graph();
    var wide = Models.opset(17).node("d = Unsqueeze s zero").output("d", FLOAT).graph();
    var twice =
        Models.opset(17)
            .node("e = Concat s s", Protos.attribute("axis", 0))
            .output("e", FLOAT)
            .graph();
    var model =
        Models.opset(17)
            .longs("n")
            .input("x", F32, "rows", "columns")
            .ints("zero", 0L)
            .ints("one", 1L)
            .node("shape = Shape x")
            .node("columns = Gather shape one")
            .node("narrow = Equal columns one")
            .node(
                "s = If narrow",
                Protos.attribute("then_branch", flat),
                Protos.attribute("else_branch", same))
            .node("first = Equal n zero")
            .node(
                "y = If first",
                Protos.attribute("then_branch", wide),
                Protos.attribute("else_branch", twice))
            .output("y", FLOAT);
    for (int n = 0; n < 2; n++) {
      for (int columns = 1; columns < 3; columns++) {
        Map<String, Tensor> in =
            Map.of("x", tensor(F32, 3, columns), "n", Tensor.of(new int[] {n}, 1).reshape());
        var read = OnnxImport.fitting(model.bytes(), ImportOptions.defaults(), in);
        Runtimes.compare(read, model.bytes(), in);
      }
    }
  }

  /**
   * A graph that does not fit the shape of what it is given is not looked at where none asks for
   * it.
   */
  @Test
  void choicesThatDoNotFit() {
    var flat = Models.opset(17).node("a = Squeeze x one").output("a", FLOAT).graph();
    var same = Models.opset(17).node("b = Identity x").output("b", FLOAT).graph();
    var model =
        Models.opset(17)
            .input("x", F32, "rows", "columns")
            .input("c", BOOL)
            .ints("one", 1L)
            .node(
                "y = If c",
                Protos.attribute("then_branch", flat),
                Protos.attribute("else_branch", same))
            .output("y", FLOAT);
    Map<String, Tensor> in =
        Map.of("x", tensor(F32, 3, 2), "c", Tensor.of(new boolean[] {false}, 1).reshape());
    Runtimes.compare(
        OnnxImport.fitting(model.bytes(), ImportOptions.defaults(), in), model.bytes(), in);
  }
}
