package recurve.tasks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  /** Wherever the file ends and memory begins, the list is the same, also while it grows. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64, 20_000, 1_000_000})
  void idsAreThoseThatWereAppended(int most) {
    int[] all = new Random(1).ints(50_000).toArray();
    var ids = new Ids(most);
    for (int i = 0; i < Math.min(all.length, 100 * most); i++) {
      ids.add(all[i]);
      if (i % 997 == 0) assertEquals(all[i / 2], ids.get(i / 2));
    }
    int[] copy = ids.copy(0, (int) ids.size());
    for (int i = 0; i < copy.length; i++) assertEquals(all[i], copy[i]);
    assertEquals(Math.min(all.length, 100 * most), copy.length);
  }

  @Test
  void rowsKeepTheirLengths() {
    var random = new Random(2);
    var rows = new IdRows(new Ids(10), new Ids(7));
    var expected = new ArrayList<int[]>();
    for (int i = 0; i < 200; i++) {
      int[] row = random.ints(random.nextInt(25), 0, 9).toArray();
      expected.add(row);
      rows.add(row);
    }
    assertEquals(200, rows.size());
    int[] places = random.ints(50, 0, 200).toArray();
    for (int i = 0; i < places.length; i++) {
      assertArrayEquals(expected.get(places[i]), rows.at(places)[i]);
      assertEquals(expected.get(places[i]).length, rows.length(places[i]));
    }
  }
}
