package recurve.tasks.lm;

import java.util.Map;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Batches;
import recurve.tasks.Ids;
import recurve.tasks.Rows;

/**
 * A text as parallel streams cut into pieces: batch {@code i} goes on where batch {@code i - 1}
 * stopped, row by row.
 *
 * <p>Every symbol is predicted once, the first of a stream from the symbol before it in the text
 * (at the very beginning, the end of a sentence). What does not fill all streams is left out, so of
 * one stream nothing is; the last piece may be shorter.
 */
final class Streams implements Batches {
  private final Ids ids;
  private final int streams;
  private final int bptt;
  private final int before;
  private final long length;

  Streams(Ids ids, int streams, int bptt, int before) {
    this.ids = ids;
    this.streams =
        (int) Math.min(streams, ids.size()); // a text shorter than the batch is all columns
    this.bptt = bptt;
    this.before = before;
    this.length = ids.size() / this.streams;
  }

  @Override
  public int size() {
    return Math.toIntExact((length + bptt - 1) / bptt);
  }

  @Override
  public Batch get(int index) {
    long from = (long) index * bptt;
    int steps = (int) Math.min(bptt, length - from);
    int[] x = new int[steps * streams], y = new int[steps * streams];
    for (int t = 0; t < steps; t++) {
      for (int b = 0; b < streams; b++) {
        long at = b * length + from + t;
        x[t * streams + b] = at == 0 ? before : ids.get(at - 1);
        y[t * streams + b] = ids.get(at);
      }
    }
    var inputs =
        Map.of(
            Rows.IDS, Tensor.of(x, steps, streams),
            LanguageModel.TARGETS, Tensor.of(y, steps, streams));
    return new Batch(inputs, index == 0, steps * streams);
  }
}
