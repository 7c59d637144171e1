package recurve.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

class RegionsTest {
  @Test
  void anLstmStepIsAProductAndOneRegion() {
    var net = new Net(DType.F32);
    Value x = net.param("x", Net.T, Net.B, Dim.of(4));
    Graph g = Passes.optimize(net.gradient(net.loss(net.rnn("c", Cells.LSTM, x, 3))));
    for (Op.Scan loop : GradientTest.loops(g)) {
      List<Regions.Region> fused =
          Regions.of(loop.body()).stream().filter(Regions.Region::isFused).toList();
      assertEquals(1, fused.size(), fused.toString());
      assertEquals(Shape.of(Net.B), fused.get(0).rows().orElseThrow());
    }
  }

  @Test
  void aSoftmaxIsOneRegion() {
    Value x = Ops.input("x", DType.F32, Shape.of(Net.B, Dim.of(9)));
    Graph g = new Graph(List.of(x), List.of(Ops.softmax(x, -1)));
    List<Regions.Region> fused = Regions.of(g).stream().filter(Regions.Region::isFused).toList();
    assertEquals(1, fused.size());
    assertEquals(List.of(x), fused.get(0).inputs());
    assertEquals(g.outputs(), fused.get(0).outputs());
  }

  @Test
  void everyNodeIsInOneRegionAndItsArgumentsRunBefore() {
    for (Cells cell : Cells.values()) {
      var net = new Net(DType.F32);
      Value x = net.param("x", Net.T, Net.B, Dim.of(4));
      check(net.gradient(net.loss(net.rnn("c", cell, x, 3))));
      check(Passes.optimize(net.gradient(net.loss(net.rnn("c", cell, x, 3)))));
    }
    var net = new Net(DType.F32);
    check(Passes.optimize(net.gradient(Networks.attention(net))));
  }

  private static void check(Graph g) {
    var done = new HashSet<Node>();
    for (Regions.Region r : Regions.of(g)) {
      for (Value v : r.inputs()) assertTrue(done.contains(v.node()), v + " is not ready");
      for (Node n : r.nodes()) assertTrue(done.add(n), n + " runs twice");
    }
    assertEquals(new HashSet<>(g.nodes()), done);
    for (Op.Scan s : GradientTest.loops(g)) check(s.body());
  }
}
