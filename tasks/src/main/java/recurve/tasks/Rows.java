package recurve.tasks;

import java.util.Arrays;
import java.util.Map;
import recurve.ir.Dim;
import recurve.ir.Tensor;

/** Sequences of ids side by side in a tensor. */
public final class Rows {
  /** The input of a graph that holds ids, I32 [T, B]. */
  public static final String IDS = "ids";

  /** The input of a graph that holds the rows' lengths, I32 [B]. */
  public static final String LENGTHS = "lengths";

  /** The extents of time and of the batch. */
  public static final Dim TIME = Dim.symbol("T"), BATCH = Dim.symbol("B");

  /** Stands for a target where there is none: no loss, no gradient. */
  public static final int NO_TARGET = -1;

  private Rows() {}

  /** The ids and their lengths, as {@link Embedding#sequence} reads them. */
  public static Map<String, Tensor> inputs(int[][] rows) {
    // past its length no row is looked at, so that any id may fill it
    return Map.of(IDS, padded(rows, 0), LENGTHS, lengths(rows));
  }

  /** [T, B], time leading: each row a sequence, filled up to the longest. */
  public static Tensor padded(int[][] rows, int filler) {
    int steps = Arrays.stream(rows).mapToInt(r -> r.length).max().orElse(0);
    int[] ids = new int[Math.multiplyExact(steps, rows.length)];
    Arrays.fill(ids, filler);
    for (int b = 0; b < rows.length; b++) {
      for (int t = 0; t < rows[b].length; t++) ids[t * rows.length + b] = rows[b][t];
    }
    return Tensor.of(ids, steps, rows.length);
  }

  /** [B], the length of each row. */
  public static Tensor lengths(int[][] rows) {
    return Tensor.of(Arrays.stream(rows).mapToInt(r -> r.length).toArray(), rows.length);
  }

  /** How many ids there are. */
  public static int count(int[][] rows) {
    return Arrays.stream(rows).mapToInt(r -> r.length).sum();
  }
}
