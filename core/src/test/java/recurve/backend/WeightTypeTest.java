package recurve.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.ShapeException;
import recurve.ir.Value;

class WeightTypeTest {
  /** By hand: the first column has scale 2, the second 0.5, the third is of zeros. */
  @Test
  void wholeNumbersOfAColumn() {
    float[] m = {254, 0.7f, 0, -3, -63.5f, 0, 5, 0.8f, 0};
    WeightType.INT8.round(m, 3, 3);
    assertArrayEquals(new float[] {254, 0.5f, 0, -4, -63.5f, 0, 4, 1, 0}, m);
  }

  /** Of 24 bits of a float 8 stay; ties go to even, and no number becomes another kind. */
  @Test
  void upperHalves() {
    float[] m = {1, 1 + 1f / 128, 1 + 1f / 256, 1 + 3f / 256, 1 + 1.01f / 256, -1 - 1f / 128};
    WeightType.BF16.round(m, 1, m.length);
    float next = 1 + 1f / 128;
    assertArrayEquals(new float[] {1, next, 1, 1 + 2f / 128, next, -next}, m);
    assertTrue(Float.isNaN(WeightType.ofBf16(WeightType.toBf16(Float.intBitsToFloat(0x7f800001)))));
    assertEquals(
        Float.NEGATIVE_INFINITY, WeightType.ofBf16(WeightType.toBf16(Float.NEGATIVE_INFINITY)));
  }

  /** A slice whose place the binding decides is no constant, though its extent is one. */
  @Test
  void whatFollowsFromConstants() {
    Dim two = Dim.of(2), t = Dim.symbol("T");
    Value w = Ops.input("w", DType.F32, Shape.of(two, two));
    Value x = Ops.input("x", DType.F32, Shape.of(t, two));
    Value joined = Ops.concat(0, List.of(w, w.times(2))); // [4, 2]
    Value moved = joined.slice(0, t, t.plus(2));
    Value y = x.matmul(w.t()), z = x.matmul(moved), xx = x.t().matmul(x);
    Graph graph = new Graph(List.of(w, x), List.of(y, z, xx));
    Constants constants = Constants.of(graph, Set.of("w"));
    assertTrue(constants.contains(joined));
    assertFalse(constants.contains(moved));
    assertFalse(constants.contains(x));
    List<Boolean> weighted =
        List.of(y, z, xx).stream().map(Value::node).map(n -> is(constants, n)).toList();
    assertEquals(List.of(true, false, false), weighted);
    assertFalse(Constants.of(graph, Set.of()).contains(joined));
  }

  private static boolean is(Constants constants, Node product) {
    return constants.isWeighted(product);
  }

  @Test
  void constantsAreInputsThatStay() {
    Value w = Ops.input("w", DType.F32, Shape.of(Dim.of(2)));
    Graph graph = new Graph(List.of(w), List.of(w.times(2)), List.of("next"));
    CompileOptions options = CompileOptions.threads(1).retaining(Map.of("next", "w"));
    assertEquals(
        "'w' cannot be constant: each run replaces it",
        assertThrows(
                ShapeException.class,
                () -> options.holding(Set.of("w"), WeightType.F32).check(graph))
            .getMessage());
    assertTrue(
        assertThrows(
                ShapeException.class,
                () -> options.holding(Set.of("v"), WeightType.F32).check(graph))
            .getMessage()
            .startsWith("'v' cannot be constant: no such input."));
  }
}
