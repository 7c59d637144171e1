package recurve.io.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against figures worked out by hand. */
class WordSpaceTest {
  private static final WordSpace SPACE = new WordSpace(vectors());

  private static Map<String, float[]> vectors() {
    var vectors = new LinkedHashMap<String, float[]>();
    vectors.put("east", new float[] {2, 0, 0});
    vectors.put("north", new float[] {0, 1, 0});
    vectors.put("northeast", new float[] {3, 3, 0});
    vectors.put("west", new float[] {-1, 0, 0});
    vectors.put("up", new float[] {0, 0, 5});
    vectors.put("nowhere", new float[] {0, 0, 0});
    return vectors;
  }

  @Test
  void cosines() {
    assertEquals(1, SPACE.cosine("east", "east"), 1e-7);
    assertEquals(Math.sqrt(0.5), SPACE.cosine("east", "northeast"), 1e-7);
    assertEquals(-1, SPACE.cosine("east", "west"), 1e-7);
    assertEquals(0, SPACE.cosine("east", "nowhere"), 1e-7);
    assertThrows(IllegalArgumentException.class, () -> SPACE.cosine("east", "south"));
  }

  @Test
  void nearestFirstAndNeverItself() {
    List<WordSpace.Near> near = SPACE.nearest("northeast", 3);
    assertEquals(
        List.of("east", "north"), near.stream().map(WordSpace.Near::word).limit(2).toList());
    assertEquals(Math.sqrt(0.5), near.get(0).cosine(), 1e-7);
    assertEquals(5, SPACE.nearest("up", 100).size());
  }

  /** East is to northeast as west is to (-1, 1/√2 ...): the nearest of the others is north. */
  @Test
  void analogies() {
    List<WordSpace.Near> said = SPACE.analogy("east", "northeast", "west", 1);
    assertEquals("north", said.get(0).word());
    // b - a + c = (1/√2 - 2, 1/√2, 0)
    double x = Math.sqrt(0.5) - 2, y = Math.sqrt(0.5);
    assertEquals(y / Math.hypot(x, y), said.get(0).cosine(), 1e-6);
    assertEquals(4, SPACE.analogy("east", "east", "up", 9).size());
  }

  /** 1 - 6 Σ d² / n (n² - 1) where no two are equal; with equals by their mean rank. */
  @Test
  void spearman() {
    List<Double> a = List.of(106., 86., 100., 101., 99., 103., 97., 113., 112., 110.);
    List<Double> b = List.of(7., 0., 27., 50., 28., 29., 20., 12., 6., 17.);
    assertEquals(-29.0 / 165, WordSpace.spearman(a, b), 1e-12);
    // ranks 1 2.5 2.5 4 and 1 2 3 4: 4.5 / sqrt(4.5 · 5)
    assertEquals(
        4.5 / Math.sqrt(22.5),
        WordSpace.spearman(List.of(1., 2., 2., 3.), List.of(1., 2., 3., 4.)),
        1e-12);
  }
}
