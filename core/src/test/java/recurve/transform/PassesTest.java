package recurve.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.ir.Verifier;

class PassesTest {
  private record Model(String name, boolean padded, Function<Net, Value> loss) {
    Net net(DType dtype) {
      var net = new Net(dtype);
      if (padded) {
        Net other = GradientTest.padded();
        net.given.putAll(other.given);
        net.given.replaceAll((k, v) -> v.dtype() == DType.F64 ? v.cast(dtype) : v);
        net.data.putAll(other.data);
      }
      return net;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Model> models() {
    var models = new ArrayList<Model>();
    for (Cells cell : Cells.values()) {
      String name = cell.name().toLowerCase(Locale.ROOT);
      models.add(new Model(name, false, m -> m.loss(m.rnn("c", cell, x(m), 3))));
      for (boolean reverse : new boolean[] {false, true}) {
        String padded = name + (reverse ? " padded, reversed" : " padded");
        models.add(new Model(padded, true, m -> m.loss(rnn(m, "c", cell, x(m), reverse))));
      }
    }
    models.add(new Model("attention", false, Networks::attention));
    models.add(new Model("captures", false, Networks::captures));
    models.add(new Model("nested", false, m -> Networks.nested(m, Optional.empty())));
    models.add(
        new Model(
            "nested, padded", true, m -> Networks.nested(m, Optional.of(m.data.get("lengths")))));
    models.add(new Model("projected", false, m -> Networks.projected(m, Optional.empty())));
    models.add(
        new Model(
            "projected, padded",
            true,
            m -> Networks.projected(m, Optional.of(m.data.get("lengths")))));
    models.add(new Model("bidirectional stack, padded", true, PassesTest::bidirectional));
    return models.stream();
  }

  private static Value x(Net m) {
    return m.param("x", Net.T, Net.B, Dim.of(4));
  }

  private static Value rnn(Net m, String name, Net.Cell cell, Value x, boolean reverse) {
    return m.rnn(name, cell, x, 3, reverse, Optional.of(m.data.get("lengths"))).ys().get(0);
  }

  private static Value bidirectional(Net m) {
    Value forward = rnn(m, "f", Cells.LSTM, x(m), false);
    Value backward = rnn(m, "b", Cells.GRU_AFTER, x(m), true);
    return m.loss(rnn(m, "top", Cells.LSTM, Ops.concat(2, List.of(forward, backward)), false));
  }

  @ParameterizedTest
  @MethodSource("models")
  void eachKeepsValues(Model model) {
    Net net = model.net(DType.F64);
    Graph graph = net.gradient(model.loss().apply(net));
    Map<String, Tensor> values = Check.values(net, 17);
    Map<String, Tensor> want = Check.run(graph, values);
    Graph now = graph;
    for (Map.Entry<String, UnaryOperator<Graph>> pass : Passes.all().entrySet()) {
      now = pass.getValue().apply(now);
      for (Graph g : List.of(pass.getValue().apply(graph), now)) { // by itself, and in its place
        Verifier.verify(g);
        Check.same(want, Check.run(g, values), 1e-12, pass.getKey() + ": ");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void keepValuesOfFloats(Model model) {
    Net net = model.net(DType.F32);
    Graph graph = net.gradient(model.loss().apply(net));
    Map<String, Tensor> values = Check.values(net, 18);
    Map<String, Tensor> want = Check.run(graph, values);
    Check.same(want, Check.run(Passes.optimize(graph), values), 2e-5);
  }

  @ParameterizedTest
  @MethodSource("models")
  void applyingThemTwiceChangesNoCount(Model model) {
    Net net = model.net(DType.F64);
    Graph once = Passes.optimize(net.gradient(model.loss().apply(net)));
    assertEquals(Passes.report(once), Passes.report(Passes.optimize(once)));
  }

  @ParameterizedTest
  @CsvSource({
    "elman, 1+1",
    "elman padded, 1+1",
    "'elman padded, reversed', 1+1",
    "lstm, 1+1",
    "lstm padded, 1+1",
    "'lstm padded, reversed', 1+1",
    "sliced_lstm, 1+1",
    "peephole_lstm, 1+1",
    "peephole_lstm padded, 1+1",
    "gru, 2+2", // the candidate's product waits for the reset gate
    "gru padded, 2+2",
    "gru_after, 1+1",
    "gru_after padded, 1+1",
    "mgu, 2+2", // as the gru's
    "rhn, 3+3", // one for each of three micro-steps
    "rhn padded, 3+3",
    "nested, 1+1",
    "projected, 1+1",
    "'projected, padded', 1+1",
    "'bidirectional stack, padded', 3+3", // three loops
    "attention, 6+6" // encoder 2, gates, candidate, scores, context
  })
  void leaveProductsInLoops(String name, String products) {
    Model model = models().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    Net net = model.net(DType.F64);
    List<String> report = Passes.report(Passes.optimize(net.gradient(model.loss().apply(net))));
    assertEquals("products inside loops, forward+gradient: " + products, report.getLast());
  }

  @Test
  void reportCountsEachLoop() {
    Net net = new Net(DType.F64);
    Graph g = net.gradient(net.loss(net.rnn("c", Cells.LSTM, x(net), 3)));
    List<String> want =
        List.of(
            "loop 1 forward, T steps: 1 product inside, 16 nodes",
            "loop 2 gradient, last step first, T steps: 1 product inside, 26 nodes",
            "products inside loops, forward+gradient: 1+1");
    assertEquals(want, Passes.report(Passes.optimize(g)));
  }

  @Test
  void anLstmIsThreeProductsAroundItsLoops() {
    Net net = new Net(DType.F64);
    Graph g = Passes.optimize(net.gradient(net.loss(net.rnn("c", Cells.LSTM, x(net), 3))));
    long products = g.nodes().stream().filter(n -> n.op() instanceof Op.MatMul).count();
    assertEquals(3, products, "x W, the gradient of x, and that of W, U and b, for all gates");
    Op.Scan forward = GradientTest.loops(g).get(0);
    Node product =
        forward.body().nodes().stream()
            .filter(n -> n.op() instanceof Op.MatMul)
            .findFirst()
            .orElseThrow();
    assertEquals(Dim.of(12), product.output().dim(1));
    Node sum =
        forward.body().nodes().stream()
            .filter(n -> n.inputs().contains(product.output()))
            .findFirst()
            .orElseThrow();
    assertEquals(Op.Binary.ADD, sum.op(), "the inputs' part is added before the gates part");
    assertEquals(Op.Input.class, sum.input(1).op().getClass());
  }

  /**
   * The norm of gradients that are parts of one product takes one sum, unless a part is missing.
   */
  @ParameterizedTest
  @CsvSource({"2, 5, 2", "2, 4, 4"})
  void squaresOfAllPartsAreOneSum(long first, long second, long sums) {
    Net net = new Net(DType.F64);
    Value z = net.param("z", 3, 8), bias = net.param("b", 4);
    Value norm = bias.square().total();
    for (Value part : List.of(z.slice(1, 0, first), z.slice(1, first, second), z.slice(1, 5, 8))) {
      norm = norm.plus(part.square().total());
    }
    Graph graph = new Graph(net.inputs(), List.of(norm), List.of("norm"));
    Graph merged = Passes.optimize(graph);
    long left = merged.nodes().stream().filter(n -> n.op() instanceof Op.ReduceSum).count();
    assertEquals(sums, left);
    Map<String, Tensor> values = Check.values(net, 19);
    Check.same(Check.run(graph, values), Check.run(merged, values), 1e-12);
  }

  /**
   * Products with one right side, and the sum of its rows, are one: all that a norm is taken of.
   */
  @Test
  void factorsOfOneMatrixAreOneProduct() {
    Net net = new Net(DType.F64);
    Value a = net.param("a", 5, 3), b = net.param("b", 5, 2), x = Ops.tanh(net.param("x", 5, 4));
    List<Value> outs = List.of(a.t().matmul(x), b.t().matmul(x), x.sum(0).reshape(Shape.of(4)));
    Value norm = Ops.constant(0, DType.F64, Shape.SCALAR);
    for (Value v : outs) norm = norm.plus(v.square().total());
    var graph =
        new Graph(
            net.inputs(),
            List.of(norm, outs.get(0), outs.get(1), outs.get(2)),
            List.of("norm", "a", "b", "sum"));
    Graph merged = Passes.optimize(graph);
    assertEquals(1, merged.nodes().stream().filter(n -> n.op() instanceof Op.MatMul).count());
    assertEquals(1, merged.nodes().stream().filter(n -> n.op() instanceof Op.ReduceSum).count());
    Map<String, Tensor> values = Check.values(net, 20);
    Check.same(Check.run(graph, values), Check.run(merged, values), 1e-12);
  }

  /** As inputs of a layer are that a loop has copied, and its states are not. */
  @Test
  void factorsThatComeLaterAreStacked() {
    Net net = new Net(DType.F64);
    Value a = net.param("a", 5, 3), b = Ops.tanh(Ops.exp(Ops.tanh(net.param("b", 5, 2))));
    Value x = Ops.tanh(Ops.exp(Ops.tanh(net.param("x", 5, 4))));
    List<Value> outs = List.of(a.t().matmul(x), b.t().matmul(x));
    var graph = new Graph(net.inputs(), outs, List.of("a", "b"));
    Graph merged = Passes.optimize(graph);
    assertEquals(1, merged.nodes().stream().filter(n -> n.op() instanceof Op.MatMul).count());
    Map<String, Tensor> values = Check.values(net, 22);
    Check.same(Check.run(graph, values), Check.run(merged, values), 1e-12);
  }

  /** A factor may be made of the sum that would come out of its own product. */
  @Test
  void aSumThatAFactorIsMadeOfStaysOutside() {
    Net net = new Net(DType.F64);
    Value x = net.param("x", 5, 4), a = x.minus(x.sum(0).expand(x.shape()));
    Value product = a.t().matmul(x);
    Value later = product.t().matmul(product); // waits for it, and has another right side
    Value chained = product.expand(product.shape()).t().matmul(product);
    var graph =
        new Graph(
            net.inputs(),
            List.of(product, x.sum(0), later, chained),
            List.of("product", "sum", "later", "chained"));
    Graph merged = Passes.optimize(graph);
    assertTrue(merged.nodes().stream().anyMatch(n -> n.op() instanceof Op.ReduceSum));
    Map<String, Tensor> values = Check.values(net, 21);
    Check.same(Check.run(graph, values), Check.run(merged, values), 1e-12);
  }

  @Test
  void aLongUnrolledGraphIsQuickToOptimize() {
    Net net = new Net(DType.F32);
    Value x = net.param("x", 100, 1, 2);
    Graph g = net.gradient(net.loss(net.unrolled("c", Cells.LSTM, x, 2, 100)));
    int before = g.nodes().size(), after = Passes.optimize(g).nodes().size();
    assertTrue(after < before, before + " nodes, then " + after);
  }
}
