package recurve.io.onnx;

import static recurve.ir.DType.BOOL;
import static recurve.ir.DType.F32;
import static recurve.ir.DType.I32;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import recurve.ir.DType;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.FunctionProto;
import recurve.onnx.proto.OperatorSetIdProto;

/** What we read of other people's files gives what ONNX Runtime gives for them. */
class ImportOpsTest {
  private static final int FLOAT = 1, INT64 = 7, TRUTH = 9;

  private record Case(String name, Models model, Map<String, Tensor> inputs) {}

  private final List<Case> cases = new ArrayList<>();
  private final Random random = new Random(7);

  private Tensor tensor(DType dtype, int... dims) {
    long[] extents = java.util.Arrays.stream(dims).asLongStream().toArray();
    return Runtimes.random(Ops.input("x", dtype, Shape.of(extents)), Map.of(), random);
  }

  /** One node over inputs named a, b, c of given shapes, and integer lists named i, j, k. */
  private void add(int opset, int type, String line, List<Tensor> inputs, Object... rest) {
    var model = Models.opset(opset);
    var values = new LinkedHashMap<String, Tensor>();
    for (Tensor t : inputs) {
      String name = String.valueOf((char) ('a' + values.size()));
      // every extent symbolic: what holds for all of them holds for these
      Object[] dims = new Object[t.rank()];
      for (int i = 0; i < dims.length; i++) {
        dims[i] = opset == 17 && t.dim(i) > 1 ? "d" + t.dim(i) : (Object) t.dim(i);
      }
      model.input(name, t.dtype(), dims);
      values.put(name, t);
    }
    var attributes = new ArrayList<AttributeProto>();
    int lists = 0;
    for (Object o : rest) {
      if (o instanceof AttributeProto a) attributes.add(a);
      if (o instanceof List<?> l) {
        model.ints(String.valueOf((char) ('i' + lists++)), l.toArray(Long[]::new));
      }
      if (o instanceof Tensor t) model.weight(String.valueOf((char) ('i' + lists++)), t);
    }
    model.node(line, attributes.toArray(AttributeProto[]::new));
    for (String out : line.split(" = ")[0].split(" ")) {
      if (!out.equals("-")) model.output(out, type);
    }
    cases.add(new Case(opset + " " + line, model, values));
  }

  private Stream<DynamicTest> tests() {
    return cases.stream()
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name,
                    () -> Runtimes.compare(c.model.bytes(), ImportOptions.defaults(), c.inputs)));
  }

  private static List<Long> list(Long... values) {
    return List.of(values);
  }

  private static AttributeProto i(String name, long value) {
    return Protos.attribute(name, value);
  }

  private static AttributeProto is(String name, Long... values) {
    return Protos.attribute(name, List.of(values));
  }

  private static AttributeProto f(String name, double value) {
    return Models.attribute(name, value);
  }

  @TestFactory
  Stream<DynamicTest> arithmetic() {
    Tensor x = tensor(F32, 3, 4), y = tensor(F32, 4), z = tensor(I32, 3, 4);
    for (String op : List.of("Add", "Sub", "Mul", "Div", "Max", "Min")) {
      add(17, FLOAT, "y = " + op + " a b", List.of(x, y));
    }
    for (String op : List.of("Neg", "Abs", "Sign", "Exp", "Erf", "Floor", "Ceil", "Round")) {
      add(17, FLOAT, "y = " + op + " a", List.of(x));
    }
    add(17, FLOAT, "y = Sum a b a", List.of(x, y));
    add(17, FLOAT, "y = Mean a b a", List.of(x, y));
    add(17, FLOAT, "y = Reciprocal a", List.of(x));
    add(17, 6, "y = Mod a b", List.of(z, Tensor.of(new int[] {-3, 3, 2, -2}, 4)));
    add(17, FLOAT, "y = Pow a i", List.of(x), Tensor.of(new float[] {3}));
    add(17, FLOAT, "y = Pow a i", List.of(x), Tensor.of(new float[] {-2}));
    add(17, FLOAT, "y = Clip a i j", List.of(x), scalar(-0.3f), scalar(0.4f));
    add(6, FLOAT, "y = Relu a", List.of(x));
    add(10, FLOAT, "y = Clip a", List.of(x), f("min", -0.3), f("max", 0.4));
    return tests();
  }

  private static Tensor scalar(float x) {
    return Tensor.of(new float[] {x});
  }

  @TestFactory
  Stream<DynamicTest> activations() {
    Tensor x = tensor(F32, 3, 4);
    for (String op :
        List.of(
            "Relu Tanh Sigmoid Softplus Softsign LeakyRelu Elu Selu Celu HardSigmoid HardSwish"
                .split(" "))) {
      add(17, FLOAT, "y = " + op + " a", List.of(x));
    }
    add(17, FLOAT, "y = ThresholdedRelu a", List.of(x), f("alpha", 0.2));
    add(17, FLOAT, "y = PRelu a i", List.of(x), tensor(F32, 4));
    add(20, FLOAT, "y = Gelu a", List.of(x));
    add(20, FLOAT, "y = Gelu a", List.of(x), Protos.attribute("approximate", "tanh"));
    return tests();
  }

  @TestFactory
  Stream<DynamicTest> truth() {
    Tensor x = tensor(F32, 3, 4), y = tensor(F32, 4), m = tensor(BOOL, 3, 4), n = tensor(BOOL, 4);
    for (String op : List.of("Less", "Greater", "Equal", "LessOrEqual", "GreaterOrEqual")) {
      add(17, TRUTH, "y = " + op + " a b", List.of(x, y));
    }
    for (String op : List.of("And", "Or", "Xor")) {
      add(17, TRUTH, "y = " + op + " a b", List.of(m, n));
    }
    add(17, TRUTH, "y = Not a", List.of(m));
    add(17, FLOAT, "y = Where a b c", List.of(m, x, y));
    add(17, FLOAT, "y = Cast a", List.of(m), i("to", 1));
    add(17, 6, "y = Cast a", List.of(x), i("to", 6));
    return tests();
  }

  @TestFactory
  Stream<DynamicTest> reductions() {
    Tensor x = tensor(F32, 3, 4, 5);
    for (String op :
        List.of("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSumExp", "SumSquare")) {
      add(12, FLOAT, "y = Reduce" + op + " a", List.of(x), is("axes", -1L, 0L));
      add(12, FLOAT, "y = Reduce" + op + " a", List.of(x), is("axes", 1L), i("keepdims", 0));
      add(18, FLOAT, "y = Reduce" + op + " a i", List.of(x), list(1L));
    }
    add(17, FLOAT, "y = ReduceSum a", List.of(x), i("keepdims", 0));
    add(17, FLOAT, "y = ReduceSum a", List.of(x), i("noop_with_empty_axes", 1));
    add(17, INT64, "y = ArgMax a", List.of(x), i("axis", 1), i("keepdims", 0));
    add(17, INT64, "y = ArgMin a", List.of(x), i("axis", 2));
    for (long exclusive : new long[] {0, 1}) {
      for (long reverse : new long[] {0, 1}) {
        add(
            17,
            FLOAT,
            "y = CumSum a i",
            List.of(x),
            list(1L),
            i("exclusive", exclusive),
            i("reverse", reverse));
      }
    }
    return tests();
  }

  @TestFactory
  Stream<DynamicTest> shapes() {
    Tensor x = tensor(F32, 3, 4, 5), one = tensor(F32, 1, 4, 1), m = tensor(F32, 3, 4);
    add(17, FLOAT, "y = Reshape a i", List.of(x), list(0L, -1L));
    add(11, FLOAT, "y = Reshape a i", List.of(x), list(5L, -1L, 2L));
    add(17, FLOAT, "y = Transpose a", List.of(x));
    add(17, FLOAT, "y = Transpose a", List.of(x), is("perm", 1L, 0L, 2L));
    add(17, FLOAT, "y = Flatten a", List.of(x), i("axis", 2));
    add(17, FLOAT, "y = Squeeze a i", List.of(one), list(0L, -1L));
    add(11, FLOAT, "y = Squeeze a", List.of(one));
    add(17, FLOAT, "y = Unsqueeze a i", List.of(m), list(-1L, 0L));
    add(11, FLOAT, "y = Unsqueeze a", List.of(m), is("axes", 1L));
    add(11, FLOAT, "y = Expand a i", List.of(one), list(3L, 1L, 2L));
    add(17, FLOAT, "y = Tile a i", List.of(x), list(1L, 2L, 3L));
    add(17, FLOAT, "y = Concat a b a", List.of(x, tensor(F32, 3, 2, 5)), i("axis", -2));
    add(17, INT64, "y = Shape a", List.of(x), i("start", 1));
    add(17, INT64, "y = Size a", List.of(x));
    add(13, FLOAT, "y = Slice a i j k", List.of(x), list(1L, -3L), list(9L, -1L), list(0L, 2L));
    add(11, FLOAT, "y = Slice a i j k l", List.of(x), list(-1L), list(-9L), list(1L), list(-2L));
    add(11, FLOAT, "y = Slice a i j k l", List.of(x), list(0L), list(9L), list(1L), list(3L));
    long far = Long.MIN_VALUE + 1;
    add(17, FLOAT, "y = Slice a i j k l", List.of(x), list(-1L), list(far), list(1L), list(-1L));
    add(17, FLOAT, "y z = Split a i", List.of(x), i("axis", 1), list(3L, 1L));
    add(11, FLOAT, "y z = Split a", List.of(x), i("axis", 1));
    add(18, FLOAT, "y z = Split a", List.of(x), i("axis", 2), i("num_outputs", 2));
    add(17, FLOAT, "y = Pad a i", List.of(m), list(1L, 0L, 2L, -1L));
    add(11, FLOAT, "y = Pad a i j", List.of(m), list(1L, 0L, 2L, 3L), scalarTensor(2.5f));
    for (String mode : List.of("reflect", "edge")) {
      AttributeProto repeating = Protos.attribute("mode", mode);
      add(17, FLOAT, "y = Pad a i", List.of(m), list(1L, 2L, 1L, 2L), repeating);
      add(11, FLOAT, "y = Pad a i", List.of(m), list(-1L, 1L, 1L, -2L), repeating);
      add(18, FLOAT, "y = Pad a i - j", List.of(m), list(3L, 1L), list(1L), list(1L), repeating);
    }
    return tests();
  }

  private static Tensor scalarTensor(float x) {
    return Tensor.scalar(F32, x);
  }

  @TestFactory
  Stream<DynamicTest> indices() {
    Tensor x = tensor(F32, 3, 4, 5);
    Tensor ids = Tensor.of(new int[] {2, -1, 0, 1, -3, 1}, 3, 2);
    add(17, FLOAT, "y = Gather a b", List.of(x, ids));
    add(17, FLOAT, "y = Gather a b", List.of(x, ids), i("axis", 2));
    add(17, FLOAT, "y = Gather a i", List.of(x), list(-1L), i("axis", 1));
    add(17, FLOAT, "y = GatherElements a b", List.of(tensor(F32, 3, 4), ids), i("axis", 1));
    Tensor pairs = Tensor.of(new int[] {2, 1, 0, -1}, 2, 2);
    add(17, FLOAT, "y = ReverseSequence a i", List.of(x), list(2L, 1L, 3L, 0L));
    var hot = Models.opset(13).longs("ids", 3, 2).input("values", F32, 2).ints("depth", 4L);
    hot.node("y = OneHot ids depth values", i("axis", 1)).output("y", FLOAT);
    cases.add(new Case("OneHot", hot, Map.of("ids", ids, "values", tensor(F32, 2))));
    var model = Models.opset(16).input("a", F32, 3, 4, 5).longs("b", 2, 2).input("c", F32, 2, 5);
    model.node("g = GatherND a b").node("y = ScatterND a b c").node("z = ScatterND a b c", add());
    model.output("g", FLOAT).output("y", FLOAT).output("z", FLOAT);
    cases.add(
        new Case("GatherND, ScatterND", model, Map.of("a", x, "b", pairs, "c", tensor(F32, 2, 5))));
    return tests();
  }

  private static AttributeProto add() {
    return Protos.attribute("reduction", "add");
  }

  @TestFactory
  Stream<DynamicTest> products() {
    Tensor a = tensor(F32, 2, 3, 4), m = tensor(F32, 4, 5), v = tensor(F32, 4);
    add(17, FLOAT, "y = MatMul a b", List.of(a, m));
    add(17, FLOAT, "y = MatMul a b", List.of(a, v));
    add(17, FLOAT, "y = MatMul b a", List.of(tensor(F32, 2, 4, 3), v));
    add(17, FLOAT, "y = MatMul a b", List.of(tensor(F32, 3, 4), tensor(F32, 2, 4, 3)));
    add(17, FLOAT, "y = MatMul a b", List.of(tensor(F32, 1, 5, 3, 4), tensor(F32, 2, 1, 4, 3)));
    add(
        17,
        FLOAT,
        "y = Gemm a b c",
        List.of(tensor(F32, 4, 3), tensor(F32, 5, 4), tensor(F32, 5)),
        i("transA", 1),
        i("transB", 1),
        f("alpha", 0.5),
        f("beta", 2));
    Tensor text = tensor(F32, 2, 6, 11);
    add(17, FLOAT, "y = Conv a i j", List.of(text), tensor(F32, 4, 6, 3), tensor(F32, 4));
    add(
        17,
        FLOAT,
        "y = Conv a i",
        List.of(text),
        tensor(F32, 4, 3, 3),
        i("group", 2),
        is("pads", 2L, 1L),
        is("dilations", 2L));
    add(11, FLOAT, "y = Conv a i", List.of(text), tensor(F32, 4, 6, 2), is("strides", 3L));
    add(
        17,
        FLOAT,
        "y = Conv a i",
        List.of(text),
        tensor(F32, 4, 6, 4),
        Protos.attribute("auto_pad", "SAME_UPPER"));
    add(17, FLOAT, "y = MaxPool a", List.of(text), is("kernel_shape", 3L), is("pads", 1L, 1L));
    add(11, FLOAT, "y = AveragePool a", List.of(text), is("kernel_shape", 3L), is("pads", 1L, 1L));
    return tests();
  }

  @TestFactory
  Stream<DynamicTest> normalisations() {
    Tensor x = tensor(F32, 3, 4, 5);
    for (String op : List.of("Softmax", "LogSoftmax")) {
      add(17, FLOAT, "y = " + op + " a", List.of(x), i("axis", 1));
      add(11, FLOAT, "y = " + op + " a", List.of(x), i("axis", 1));
      add(11, FLOAT, "y = " + op + " a", List.of(x));
    }
    add(17, FLOAT, "y = LayerNormalization a i j", List.of(x), tensor(F32, 5), tensor(F32, 5));
    Tensor wide = tensor(F32, 4, 5);
    add(17, FLOAT, "y = LayerNormalization a i j", List.of(x), wide, wide, i("axis", 1));
    Tensor c = tensor(F32, 4), v = Tensor.of(new float[] {1, 2, 0.5f, 0.1f}, 4);
    add(15, FLOAT, "y = BatchNormalization a i j k l", List.of(x), c, c, c, v);
    add(17, FLOAT, "y = InstanceNormalization a i j", List.of(x), c, c);
    Tensor ids = Tensor.of(new int[] {2, 0, 1, 1, 0, 3, 2, 2, 1, 0, 3, 1, 2, 0, 0}, 3, 5);
    Tensor weight = Tensor.of(new float[] {1, 2, 0.5f, 0.1f}, 4);
    add(
        13,
        FLOAT,
        "y z = SoftmaxCrossEntropyLoss a b i",
        List.of(x, ids),
        weight,
        i("ignore_index", 1));
    add(13, FLOAT, "y = NegativeLogLikelihoodLoss a b", List.of(x, ids));
    return tests();
  }

  @Test
  void quantisedProductsAreExact() {
    var model = Models.opset(17).input("x", F32, "B", 20).weight("w", tensor(F32, 20, 6));
    model
        .node("q s z = DynamicQuantizeLinear x")
        .node("wq ws wz = DynamicQuantizeLinear w")
        .node("p = MatMulInteger q wq z wz")
        .node("d = DequantizeLinear q s z")
        .node("l = QLinearMatMul q s z wq ws wz s z");
    model.output("q", 2).output("s", FLOAT).output("z", 2).output("p", 6);
    model.output("d", FLOAT).output("l", 2);
    Runtimes.compare(model.bytes(), ImportOptions.defaults(), Map.of("x", tensor(F32, 7, 20)));
  }

  /** The arithmetic that exporters leave behind folds over symbols. */
  @Test
  void shapesAreComputedWhileReading() {
    var model =
        Models.opset(17)
            .input("x", F32, "batch", "time", 6)
            .scalar("zero", 0)
            .scalar("one", 1)
            .ints("axis", 0L)
            .ints("two", 2L)
            .ints("rest", -1L)
            .ints("end", Long.MAX_VALUE);
    model
        .node("s = Shape x")
        .node("b = Gather s zero")
        .node("t = Gather s one")
        .node("bt = Mul b t")
        .node("bt1 = Unsqueeze bt axis")
        .node("last = Slice s two end axis")
        .node("half = Div last two")
        .node("flat = Concat bt1 two half", i("axis", 0))
        .node("y = Reshape x flat")
        .node("zeros = ConstantOfShape s")
        .node("sum = Add x zeros")
        .node("steps = Range zero t one")
        .node("wide = Cast steps", i("to", 1))
        .node("n = Cast bt", i("to", 1))
        .node("mean = Div wide n");
    model.output("y", FLOAT).output("sum", FLOAT).output("mean", FLOAT);
    for (int batch : new int[] {1, 3}) {
      Map<String, Tensor> in = Map.of("x", tensor(F32, batch, 5, 6));
      Runtimes.compare(model.bytes(), ImportOptions.defaults(), in);
    }
  }

  @Test
  void functionsAreReadInPlace() {
    var model = Models.opset(17).input("x", F32, "B", 4);
    model.node("y = mine:Twice x", f("alpha", 0.3)).output("y", FLOAT);
    var leaky =
        Models.parse("h = LeakyRelu x").toBuilder()
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("alpha")
                    .setRefAttrName("alpha")
                    .setType(AttributeProto.AttributeType.FLOAT));
    var function =
        FunctionProto.newBuilder()
            .setName("Twice")
            .setDomain("mine")
            .addInput("x")
            .addOutput("y")
            .addAttribute("alpha")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .addNode(leaky)
            .addNode(Models.parse("y = Add h h"));
    byte[] bytes =
        model
            .model()
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("mine").setVersion(1))
            .addFunctions(function)
            .build()
            .toByteArray();
    Runtimes.compare(bytes, ImportOptions.defaults(), Map.of("x", tensor(F32, 3, 4)));
  }

  /** Two symbols of a file that have to be one extent become one. */
  @Test
  void symbolsThatMustAgreeAreOne() {
    var model = Models.opset(17).input("a", F32, "n", 4).input("b", F32, "m", 4);
    model.node("y = Add a b").output("y", FLOAT);
    Map<String, Tensor> in = Map.of("a", tensor(F32, 3, 4), "b", tensor(F32, 3, 4));
    Runtimes.compare(model.bytes(), ImportOptions.defaults(), in);
  }
}
