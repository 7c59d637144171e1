package recurve.tasks.tag;

import java.util.List;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.tasks.Choice;

/**
 * The best sequence of tags within the graph (Viterbi 1967), for other runtimes; {@link Chain} does
 * the same on the host.
 *
 * <pre>
 *   α_t[j] = enter_t[j] + e_t[j]      enter_{t+1}[j] = max_i α_t[i] + A[i, j]      from_{t+1}[j] = that i
 *   enter_1 = start                   y_T = argmax_j α_T[j] + end[j]               y_t = from_{t+1}[y_{t+1}]
 * </pre>
 *
 * One loop forward and one back; of equals, the lower id.
 */
final class Viterbi {
  private Viterbi() {}

  /**
   * The tags, I32 [T, B]; 0 past a row's length.
   *
   * @param e scores, [T, B, K], with lengths
   * @param links A, start and end in one value, [K + 2, K], as {@link Crf#stacked} has them; minus
   *     infinity forbids
   */
  static Value best(Sequence e, Value links) {
    Dim k = e.width();
    Shape row = e.values().shape().without(0); // [B, K]
    Shape pairs = Shape.of(row.dim(0), k, k); // [B, to, from]
    Value a = links.slice(0, Dim.ZERO, k).t().expand(pairs);
    Value start = links.slice(0, k, k.plus(1)), end = links.slice(0, k.plus(1), k.plus(2));
    Value none = Ops.constant(0, DType.I32, row);
    Loop.Result forward =
        new Loop(e.time(), false, e.lengths())
            .run(
                List.of(start.expand(row), none, Ops.constant(0, e.values().dtype(), row)),
                List.of(e.values()),
                (carry, step) -> {
                  Value alpha = carry.get(0).plus(step.get(0));
                  Value ways = alpha.unsqueeze(1).expand(pairs).plus(a);
                  Value enter = ways.maxOver(-1).squeeze(-1);
                  Value from = carry.get(1); // of this step's tags, chosen a step before
                  return new Loop.Trip(List.of(enter, Choice.largest(ways), alpha), List.of(from));
                });
    Value last = Choice.largest(forward.carry().get(2).plus(end.expand(row)));
    Loop.Result back =
        new Loop(e.time(), true, e.lengths())
            .run(
                List.of(last),
                forward.ys(),
                (carry, step) -> {
                  Value tag = carry.get(0);
                  Value hit = tag.unsqueeze(-1).expand(row).eq(Ops.range(-1, DType.I32, row));
                  Value before = hit.where(step.get(0), none).maxOver(-1).squeeze(-1);
                  return new Loop.Trip(List.of(before), List.of(tag));
                });
    return back.ys().get(0);
  }
}
