package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** A stranger's graph keeps its weights apart, and becomes part of a model. */
class OnnxNetworkTest {
  private static final Tensor TABLE = Tensor.of(new int[2000], 2000); // too long for a shape

  static {
    for (int i = 0; i < TABLE.size(); i++) TABLE.ints()[i] = i % 3;
  }

  private static OnnxNetwork.WithWeights network(DType dtype) {
    Value x = Ops.input("x", DType.I32, Shape.of(Dim.symbol("n")));
    Value classes = Ops.input("classes", DType.I32, Shape.of(2000, 1));
    Value w = Ops.input("w", dtype, Shape.of(3, 2)), b = Ops.input("b", dtype, Shape.of(2));
    Value y = w.gather(classes.gather(x).squeeze(1)).plus(b);
    var graph = Graph.of(List.of(x, classes, w, b), Map.of("y", y));
    var weights =
        Map.of(
            "classes",
            Tensor.of(TABLE.ints(), 2000, 1),
            "w",
            Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2).cast(dtype),
            "b",
            Tensor.zeros(dtype, 2));
    byte[] file = OnnxExport.of(graph, weights, Map.of(), OnnxOptions.defaults()).bytes();
    return OnnxNetwork.of(file, ImportOptions.defaults());
  }

  @Test
  void weightsAreToldFromTables() {
    var read = network(DType.F32);
    assertEquals(Set.of("x"), read.network().inputs().keySet());
    // zeros are a weight too: a bias that has not learnt yet
    assertEquals(Set.of("w", "b"), read.network().weights().keySet());
    assertEquals(Set.of("classes"), read.network().tables().keySet());
    assertEquals(Set.of("w", "b", "classes"), read.values().keySet());
    assertEquals(Tensor.zeros(DType.F32, 2), read.values().get("b"));
    assertEquals("[2000, 1]", read.network().tables().get("classes").shape().toString());
  }

  @Test
  void itIsPartOfAModel() {
    OnnxNetwork network = network(DType.F32).network().naming(Map.of("n", Dim.symbol("B")));
    Scope scope = Scope.root(Scope.Mode.TRAIN, Scope.Carry.FRESH, DType.F32);
    Value x = scope.input("ids", DType.I32, Shape.of(Dim.symbol("B")));
    Value y = network.apply(scope, List.of("y"), Map.of("x", x)).get(0);
    assertEquals("[B, 2]", y.shape().toString());
    var trainable = scope.parameters().stream().filter(Scope.Parameter::trainable).toList();
    assertEquals(List.of("w", "b"), trainable.stream().map(Scope.Parameter::name).toList());
    assertEquals(3, scope.parameters().size());
    Graph.of(scope.arguments(), Map.of("y", y)); // nothing else is read
    var missing =
        assertThrows(OnnxException.class, () -> network.apply(scope, List.of("y"), Map.of()));
    assertTrue(missing.getMessage().contains("input 'x'"), missing.getMessage());
    var unknown = assertThrows(OnnxException.class, () -> network.output("other"));
    assertEquals("the graph has no output 'other'. It has: y f32[B, 2]", unknown.getMessage());
  }

  @Test
  void doublePrecisionIsRefused() {
    var e = assertThrows(OnnxException.class, () -> network(DType.F64));
    assertTrue(e.getMessage().contains("of double precision"), e.getMessage());
  }
}
