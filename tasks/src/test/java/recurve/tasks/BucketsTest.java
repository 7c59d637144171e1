package recurve.tasks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.task.Problem;

class BucketsTest {
  private final int[] lengths = new Random(1).ints(500, 1, 60).toArray();
  private final Buckets.Lengths text = Buckets.Lengths.of(lengths.length, i -> lengths[i]);

  private static final Problem.Order ORDER = new Problem.Order(3, 2);

  private int shortest(int[] group) {
    return Arrays.stream(group).map(i -> lengths[i]).min().orElseThrow();
  }

  private int longest(int[] group) {
    return Arrays.stream(group).map(i -> lengths[i]).max().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40, 59, 200, 1000, 1_000_000})
  void bySymbolsEachSequenceHasItsPlaceAndNoBatchTakesUpMore(int symbols) {
    var most = new Buckets.Most(1, symbols);
    for (Buckets b :
        List.of(
            Buckets.shuffled(text, most, ORDER),
            Buckets.sorted(text, most),
            Buckets.inOrder(text, most))) {
      int[] all = b.groups().stream().flatMapToInt(Arrays::stream).sorted().toArray();
      assertArrayEquals(IntStream.range(0, lengths.length).toArray(), all);
      for (int[] group : b.groups()) {
        assertTrue(group.length == 1 || group.length * longest(group) <= symbols);
      }
    }
    // nothing more would have fitted in
    List<int[]> sorted = Buckets.sorted(text, most).groups();
    for (int i = 1; i < sorted.size(); i++) {
      assertTrue((sorted.get(i - 1).length + 1) * lengths[sorted.get(i)[0]] > symbols);
    }
  }

  @Test
  void bySequencesAllBatchesButOneAreFull() {
    Buckets b = Buckets.shuffled(text, Buckets.Most.rows(32), ORDER);
    var sizes = b.groups().stream().map(g -> g.length).sorted(Collections.reverseOrder()).toList();
    assertEquals(16, sizes.size());
    assertEquals(Collections.nCopies(15, 32), sizes.subList(0, 15));
    assertEquals(500 - 15 * 32, sizes.get(15));
  }

  /** The order is one of the seed and the pass, and like lengths stand together in every one. */
  @Test
  void theOrderIsAFunctionOfTheSeedAndThePass() {
    var most = new Buckets.Most(1, 600);
    List<List<Integer>> once = flat(Buckets.shuffled(text, most, ORDER));
    assertEquals(once, flat(Buckets.shuffled(text, most, ORDER)));
    List<List<Integer>> next = flat(Buckets.shuffled(text, most, new Problem.Order(3, 3)));
    assertFalse(once.equals(next));
    var groups = new ArrayList<>(Buckets.shuffled(text, most, ORDER).groups());
    groups.sort(Comparator.comparingInt(this::shortest).thenComparingInt(this::longest));
    for (int i = 1; i < groups.size(); i++) {
      assertTrue(longest(groups.get(i - 1)) <= shortest(groups.get(i)), "group " + i);
    }
  }

  private static List<List<Integer>> flat(Buckets buckets) {
    return buckets.groups().stream().map(g -> Arrays.stream(g).boxed().toList()).toList();
  }
}
