package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransposerTest {
  /** Every element at its place, and nothing beside them, around the borders of squares. */
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 5", "16, 16", "32, 200", "200, 32", "64, 64", "65, 127", "127, 65"})
  void rowsBecomeColumns(int rows, int columns) {
    int at = 5, stride = columns + 3, target = 7, apart = rows + 2;
    float[] from = new float[at + rows * stride];
    for (int i = 0; i < from.length; i++) from[i] = i;
    float[] to = new float[target + columns * apart + 1];
    Arrays.fill(to, -1);
    float[] expected = to.clone();
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        expected[target + c * apart + r] = from[at + r * stride + c];
      }
    }
    Transposer.copy(from, at, stride, rows, columns, to, target, apart);
    assertArrayEquals(expected, to);
  }
}
