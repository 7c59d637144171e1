package recurve.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
  @ParameterizedTest
  @EnumSource(DType.class)
  void theFirstAreThoseOfTheLeadingAxis(DType type) {
    Tensor all = Tensor.of(new int[] {0, 1, 1, 0, 1, 0}, 3, 2).cast(type);
    assertEquals(Tensor.of(new int[] {0, 1, 1, 0}, 2, 2).cast(type), all.first(2));
    assertEquals(all, all.first(3));
    assertEquals(Tensor.zeros(type, 0, 2), all.first(0));
    assertThrows(ShapeException.class, () -> all.first(4));
    assertThrows(ShapeException.class, () -> Tensor.scalar(type, 1).first(0));
  }
}
