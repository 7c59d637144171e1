package recurve.tasks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExamplesTest {
  @Test
  void examplesAreThoseThatWereAppended() {
    var random = new Random(1);
    List<int[]> dictionary = new ArrayList<>();
    for (int i = 0; i < 20; i++) dictionary.add(random.ints(1 + i % 5, 0, 30).toArray());
    var examples = new Examples();
    var expected = new ArrayList<Example>();
    for (int i = 0; i < 300; i++) {
      int length = 1 + random.nextInt(9);
      int[][] spelt = new int[length][];
      for (int t = 0; t < length; t++) spelt[t] = dictionary.get(random.nextInt(20));
      int[][] said = {ids(random, length), ids(random, length)};
      var example = new Example(new Words.Text(ids(random, length), spelt, said), ids(random, 2));
      expected.add(example);
      examples.add(example);
    }
    assertEquals(300, examples.size());
    for (int place : random.ints(600, 0, 300).toArray()) {
      Example a = expected.get(place), b = examples.get(place);
      assertArrayEquals(a.targets(), b.targets());
      assertArrayEquals(a.text().ids(), b.text().ids());
      assertArrayEquals(a.text().features(), b.text().features());
      int[][] spelt = b.text().spellings();
      assertEquals(a.text().length(), spelt.length);
      // a batch computes the vector of each array once
      for (int t = 0; t < spelt.length; t++) assertSame(a.text().spellings()[t], spelt[t]);
    }
  }

  @Test
  void aTextMayBeWithoutSpellingsAndFeatures() {
    var examples = new Examples();
    examples.add(
        new Example(new Words.Text(new int[] {3}, new int[0][], new int[0][]), new int[0]));
    Words.Text text = examples.get(0).text();
    assertEquals(0, text.spellings().length);
    assertEquals(0, text.features().length);
    assertEquals(0, examples.get(0).targets().length);
  }

  private static int[] ids(Random random, int count) {
    return random.ints(count, 0, 1000).toArray();
  }
}
