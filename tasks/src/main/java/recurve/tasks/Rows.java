package recurve.tasks;

import java.util.Arrays;
import recurve.ir.Tensor;

/** Sequences of ids side by side in a tensor. */
public final class Rows {
  /** Stands for a target where there is none: no loss, no gradient. */
  public static final int NO_TARGET = -1;

  private Rows() {}

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
