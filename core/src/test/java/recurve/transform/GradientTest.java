package recurve.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.ShapeException;
import recurve.ir.Tensor;
import recurve.ir.Value;

class GradientTest {
  private static final Dim T = Net.T, B = Net.B;

  // -- each operation by itself

  private record Case(String name, Function<Net, Value> value) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Value a(Net m) {
    return m.param("a", B, Dim.of(4), T);
  }

  private static Value b(Net m) {
    return m.param("b", B, Dim.of(4), T);
  }

  private static Value positive(Value v) {
    return v.square().plus(0.5);
  }

  static Stream<Case> operations() {
    return Stream.of(
        new Case("Neg", m -> a(m).neg()),
        new Case("Exp", m -> Ops.exp(a(m))),
        new Case("Log", m -> Ops.log(positive(a(m)))),
        new Case("Sqrt", m -> Ops.sqrt(positive(a(m)))),
        new Case("Tanh", m -> Ops.tanh(a(m))),
        new Case("Sigmoid", m -> Ops.sigmoid(a(m))),
        new Case("Cast", m -> a(m).cast(DType.F64)),
        new Case("Add", m -> a(m).plus(b(m))),
        new Case("Sub", m -> a(m).minus(b(m))),
        new Case("Mul", m -> a(m).times(b(m))),
        new Case("Div", m -> a(m).over(positive(b(m)))),
        new Case("Max", m -> a(m).max(b(m))),
        new Case("Less", m -> a(m).less(b(m)).cast(DType.F64).times(a(m))),
        new Case("Equal", m -> a(m).eq(b(m)).where(a(m), b(m))),
        new Case("Where", m -> a(m).less(0).where(a(m).times(2), b(m))),
        new Case("MatMul batched", m -> a(m).matmul(m.param("w", B, T, Dim.of(2)))),
        new Case("MatMul by a matrix", m -> a(m).matmul(m.param("w", T, Dim.of(2)))),
        new Case("MatMul of matrices", m -> m.param("v", Dim.of(2), T).matmul(m.param("w", T, B))),
        new Case("ReduceSum", m -> a(m).sum(1).times(a(m).sum(1))),
        new Case("ReduceMax", m -> a(m).maxOver(2).square()),
        new Case("Reshape", m -> a(m).reshape(Shape.of(T.times(B), Dim.of(4)))),
        new Case("Transpose", m -> a(m).transpose(List.of(2, 0, 1))),
        new Case("Expand", m -> a(m).times(m.param("e", 4, 1))),
        new Case("Concat", m -> Ops.concat(1, List.of(a(m), b(m), a(m)))),
        new Case("Slice", m -> a(m).slice(2, Dim.ONE, T.plus(-1))),
        new Case("Pad", m -> a(m).pad(2, Dim.ONE, Dim.of(2))),
        new Case("Gather", m -> m.param("table", 7, 2).gather(ids(m))),
        new Case("ScatterND", m -> m.param("rows", T, B, Dim.of(2)).scatter(ids(m), Dim.of(7))),
        new Case("Softmax", m -> Ops.softmax(a(m), -1)),
        new Case("LogSoftmax", m -> Ops.logSoftmax(a(m), 1)),
        new Case("CrossEntropy", m -> Ops.crossEntropy(m.param("scores", T, B, Dim.of(7)), ids(m))),
        new Case(
            "LayerNormalization",
            m -> Ops.layerNorm(a(m), m.param("scale", T), m.param("shift", T), 1e-5)));
  }

  /** I32 [T, B] in 0..6, some of them equal. */
  static Value ids(Net m) {
    return m.ints("ids", Tensor.of(new Random(3).ints(15, 0, 7).toArray(), 5, 3), T, B);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void ofAnOperation(Case c) {
    var net = new Net(DType.F64);
    Check.gradient(net, net.loss(c.value().apply(net)), 11);
  }

  @Test
  void ofWhatTheLossDoesNotReachIsZero() {
    var net = new Net(DType.F64);
    Value a = a(net), b = b(net);
    Value loss = a.total();
    Graph graph = net.gradient(loss);
    Tensor d = Check.run(graph, Check.values(net, 1)).get("d b");
    assertTrue(Arrays.stream(d.doubles()).allMatch(x -> x == 0));
    assertEquals(b.shape(), graph.outputs().get(2).shape());
  }

  @Test
  void slopeOfReluAtZeroIsZero() {
    var net = new Net(DType.F64);
    net.given.put("x", Tensor.of(new double[] {-1, 0, 2}, 3));
    Graph graph = net.gradient(Ops.relu(net.param("x", 3)).total());
    double[] d = Check.run(graph, Check.values(net, 1)).get("d x").doubles();
    assertTrue(Arrays.equals(new double[] {0, 0, 1}, d), Arrays.toString(d));
  }

  @Test
  void stopsWhereTold() {
    var net = new Net(DType.F64);
    Value x = net.param("x", 3);
    Map<String, Tensor> values = Check.values(net, 1);
    Graph graph = net.gradient(x.times(x.stopGradient()).total());
    assertEquals(values.get("x"), Check.run(graph, values).get("d x"), "x, not 2 x");
  }

  @Test
  void refusesALossThatIsNoScalar() {
    var net = new Net(DType.F64);
    assertThrows(ShapeException.class, () -> Gradient.of(a(net), List.of(a(net))));
  }

  // -- loops

  @ParameterizedTest
  @EnumSource(Cells.class)
  void ofACell(Cells cell) {
    var net = new Net(DType.F64);
    Value x = net.param("x", T, B, Dim.of(4));
    Check.gradient(net, net.loss(net.rnn("c", cell, x, 3)), 5);
  }

  @ParameterizedTest
  @EnumSource(Cells.class)
  void ofALoopIsThatOfTheUnrolledLoop(Cells cell) {
    var net = new Net(DType.F64);
    Value x = net.param("x", 5, 3, 4);
    Value y = net.rnn("c", cell, x, 3);
    Value unrolled = net.unrolled("c", cell, x, 3, 5);
    Map<String, Tensor> values = Check.values(net, 7);
    Map<String, Tensor> want = Check.run(net.gradient(net.loss(unrolled)), values);
    Check.same(want, Check.run(net.gradient(net.loss(y)), values), 1e-13);
  }

  @ParameterizedTest
  @EnumSource(Cells.class)
  void ofAReversedLoopWithLengths(Cells cell) {
    for (boolean reverse : new boolean[] {false, true}) {
      Net net = padded();
      Value x = net.param("x", T, B, Dim.of(4));
      Value y = net.rnn("c", cell, x, 3, reverse, Optional.of(net.data.get("lengths"))).ys().get(0);
      Check.gradient(net, net.loss(y), 9);
    }
  }

  @Test
  void ofTheLastCarryWithLengths() {
    Net net = padded();
    Value x = net.param("x", T, B, Dim.of(4));
    Loop.Result r = net.rnn("c", Cells.LSTM, x, 3, false, Optional.of(net.data.get("lengths")));
    Check.gradient(net, net.loss(r.carry().get(0)).plus(net.loss(r.carry().get(1))), 9);
  }

  /** Lengths 5, 2 and 0, and what lies past them is not a number. */
  static Net padded() {
    var net = new Net(DType.F64);
    net.ints("lengths", Tensor.of(new int[] {5, 2, 0}, 3), B);
    var random = new Random(1);
    var x = new double[5 * 3 * 4];
    for (int i = 0; i < x.length; i++) {
      int t = i / 12, row = i / 4 % 3;
      x[i] = t < new int[] {5, 2, 0}[row] ? random.nextGaussian() : Double.NaN;
    }
    net.given.put("x", Tensor.of(x, 5, 3, 4));
    return net;
  }

  @Test
  void ofABidirectionalStack() {
    var net = new Net(DType.F64);
    Value x = net.param("table", 7, 4).gather(ids(net));
    Optional<Value> all = Optional.empty();
    Value forward = net.rnn("f", Cells.LSTM, x, 3, false, all).ys().get(0);
    Value backward = net.rnn("b", Cells.LSTM, x, 2, true, all).ys().get(0);
    Value top = net.rnn("top", Cells.GRU, Ops.concat(2, List.of(forward, backward)), 4);
    Check.gradient(net, Ops.crossEntropy(net.linear("out", top, 7), ids(net)).total(), 3);
  }

  @Test
  void ofAnAttentionDecoder() {
    var net = new Net(DType.F64);
    Check.gradient(net, Networks.attention(net), 3);
  }

  @Test
  void ofALoopInALoop() {
    var net = new Net(DType.F64);
    Check.gradient(net, Networks.nested(net, Optional.empty()), 3);
  }

  @Test
  void ofALoopInALoopWithLengths() {
    Net net = padded();
    Check.gradient(net, Networks.nested(net, Optional.of(net.data.get("lengths"))), 3);
  }

  @ParameterizedTest
  @EnumSource(Cells.class)
  void tellsTheBatchFromAxesOfItsSize(Cells cell) {
    var net = new Net(DType.F64);
    Value lengths = net.ints("lengths", Tensor.of(new int[] {5, 2, 0}, 3), Dim.of(3));
    Value x = net.param("x", 5, 3, 3);
    Net.Cell twoLoops =
        new Net.Cell() {
          @Override
          public int states() {
            return cell.states();
          }

          @Override
          public List<Value> step(Net m, String n, Value in, List<Value> states, long units) {
            Value twice = Ops.concat(0, List.of(in.unsqueeze(0), in.square().unsqueeze(0)));
            Value deep = m.rnn(n + "/deep", Cells.ELMAN, twice, units);
            return cell.step(m, n, deep.sum(0).squeeze(0).t().matmul(m.eye()).t(), states, units);
          }
        };
    Value y = net.rnn("c", twoLoops, x, 3, false, Optional.of(lengths)).ys().get(0);
    Check.gradient(net, net.loss(y), 4);
  }

  @Test
  void ofWhatALoopCapturesInsideItsStep() {
    var net = new Net(DType.F64);
    Check.gradient(net, Networks.captures(net), 3);
  }

  @Test
  void ofACounterIsNone() {
    var net = new Net(DType.F64);
    Value x = net.param("x", T, B, Dim.of(4));
    Value zero = Ops.constant(0, DType.I32, Shape.of(B, Dim.ONE));
    Value h0 = net.param("h0", B, Dim.of(4));
    Loop.Result r =
        Loop.of(T)
            .run(
                List.of(zero, h0),
                List.of(x),
                (k, in) -> {
                  Value n = k.get(0).plus(1);
                  Value h = Ops.tanh(k.get(1).plus(in.get(0).over(n.cast(DType.F64))));
                  return new Loop.Trip(List.of(n, h), List.of(h));
                });
    Check.gradient(net, net.loss(r.ys().get(0)), 3);
  }

  @Test
  void givesBackOtherValuesOfTheSameLoops() {
    var net = new Net(DType.F64);
    Value x = net.param("x", T, B, Dim.of(4));
    Loop.Result r = net.rnn("c", Cells.LSTM, x, 3, false, Optional.empty());
    Gradient.Result g =
        Gradient.of(net.loss(r.ys().get(0)), List.copyOf(net.wrt.values()), r.carry());
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("loss", g.loss());
    outputs.put("h", g.others().get(0));
    outputs.put("d", g.gradients().get(0));
    Graph graph = Graph.of(net.inputs(), outputs);
    assertEquals(2, loops(graph).size(), "one forward, one backward");
    Graph plain = Graph.of(net.inputs(), Map.of("h", r.carry().get(0)));
    Map<String, Tensor> values = Check.values(net, 2);
    Check.same(Check.run(plain, values), Check.run(graph, values), 0);
  }

  @Test
  void ofAWeightIsOneProductAfterTheLoop() {
    var net = new Net(DType.F64);
    Value x = net.param("x", T, B, Dim.of(4));
    Graph graph = net.gradient(net.loss(net.rnn("c", Cells.ELMAN, x, 3)));
    Op.Scan back = loops(graph).get(1);
    long products = back.body().nodes().stream().filter(n -> n.op() instanceof Op.MatMul).count();
    assertEquals(2, products, "dx and dh only");
  }

  @Test
  void ofALongUnrolledGraphIsQuickToTake() {
    var net = new Net(DType.F64);
    Value x = net.param("x", 100, 1, 2);
    Graph graph = net.gradient(net.loss(net.unrolled("c", Cells.LSTM, x, 2, 100)));
    assertTrue(graph.nodes().size() < 150 * 100, graph.nodes().size() + " nodes");
  }

  static List<Op.Scan> loops(Graph graph) {
    return graph.nodes().stream()
        .map(Node::op)
        .filter(Op.Scan.class::isInstance)
        .map(Op.Scan.class::cast)
        .toList();
  }
}
