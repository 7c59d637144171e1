package recurve.backend.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CutTest {
  /** Parts meet, none is empty, and all but the last are whole grains. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "25, 1, 2", "25, 4, 6", "313, 9, 34", "7, 7, 1", "3, 9, 1", "0, 5, 0"})
  void partsCoverAllUnits(int extent, int grain, int parts) {
    var cut = new Cut(extent, grain, parts);
    int reached = 0;
    for (int p = 0; p < parts; p++) {
      assertEquals(reached, cut.edge(p));
      reached = cut.edge(p + 1);
      assertTrue(reached > cut.edge(p), "part " + p + " is empty");
      assertTrue(reached == extent || reached % grain == 0, "part " + p + " ends at " + reached);
    }
    assertEquals(extent, reached);
  }
}
