package recurve.tasks.lm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.tasks.Ids;

class StreamsTest {
  private static final int BEFORE = 99;

  /** Most of them in a file. */
  private static Ids list(int... ids) {
    var list = new Ids(4);
    for (int id : ids) list.add(id);
    return list;
  }

  @ParameterizedTest
  @CsvSource({"17, 1, 5", "17, 1, 17", "17, 1, 100", "40, 4, 3", "43, 4, 3", "3, 20, 35"})
  void everySymbolIsATargetOnceAndFollowsTheOneBefore(int size, int streams, int bptt) {
    int[] ids = IntStream.range(0, size).toArray();
    var batches = new Streams(list(ids), streams, bptt, BEFORE);
    List<List<Integer>> rows = new ArrayList<>();
    int tokens = 0;
    for (int i = 0; i < batches.size(); i++) {
      Batch batch = batches.get(i);
      Tensor x = batch.input("ids"), y = batch.input("targets");
      assertEquals(i == 0, batch.fresh());
      assertTrue(x.dim(0) <= bptt);
      tokens += batch.tokens();
      for (int b = 0; b < x.dim(1); b++) {
        if (i == 0) rows.add(new ArrayList<>());
        for (int t = 0; t < x.dim(0); t++) {
          int target = y.ints()[t * x.dim(1) + b];
          assertEquals(target == 0 ? BEFORE : target - 1, x.ints()[t * x.dim(1) + b]);
          rows.get(b).add(target);
        }
      }
    }
    int[] seen = rows.stream().flatMap(List::stream).mapToInt(v -> v).toArray();
    int used = Math.min(streams, size);
    assertArrayEquals(IntStream.range(0, size / used * used).toArray(), seen);
    assertEquals(seen.length, tokens);
  }

  @Test
  void oneStreamLeavesNothingOut() {
    var batches = new Streams(list(5, 6, 7), 1, 2, BEFORE);
    assertEquals(2, batches.size());
    assertArrayEquals(new int[] {BEFORE, 5}, batches.get(0).input("ids").ints());
    assertArrayEquals(new int[] {7}, batches.get(1).input("targets").ints());
  }
}
