package recurve.tasks.tag;

import java.util.List;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * A linear-chain conditional random field (Lafferty et al. 2001).
 *
 * <pre>
 *   s(y) = start[y_1] + Σ_t e_t[y_t] + Σ_{t>1} A[y_{t-1}, y_t] + end[y_T]      p(y) = exp(s(y)) / Z
 * </pre>
 *
 * @param transitions A, [K, K]
 * @param start [K]
 * @param end [K]
 */
record Crf(Value transitions, Value start, Value end) {
  /** The bound of the uniform numbers that transitions begin as. */
  private static final double BOUND = 0.1;

  /** The field of so many tags. */
  static Crf of(Scope scope, int tags) {
    Dim k = Dim.of(tags);
    return new Crf(
        scope.parameter("transitions", new Init.Uniform(BOUND), Shape.of(k, k)),
        scope.parameter("start", Init.BIAS, Shape.of(k)),
        scope.parameter("end", Init.BIAS, Shape.of(k)));
  }

  /**
   * log Z, [B], by the forward algorithm in log space.
   *
   * <pre>
   *   α_t[j] = enter_t[j] + e_t[j]      enter_{t+1}[j] = log Σ_i exp(α_t[i] + A[i, j])
   *   enter_1 = start                   log Z = log Σ_j exp(α_T[j] + end[j])
   * </pre>
   *
   * The sum over i is a product by exp(A), which is computed once, before the loop.
   *
   * @param e scores of the tags, [T, B, K], with lengths
   */
  Value logPartition(Sequence e) {
    Shape row = e.values().shape().without(0);
    Value a = Ops.exp(transitions);
    Value none = Ops.constant(0, e.values().dtype(), row);
    Loop.Result forward =
        new Loop(e.time(), false, e.lengths())
            .run(
                List.of(start.expand(row), none),
                List.of(e.values()),
                (carry, step) -> {
                  Value alpha = carry.get(0).plus(step.get(0));
                  Value top = alpha.maxOver(-1).stopGradient();
                  Value enter = Ops.log(Ops.exp(alpha.minus(top)).matmul(a)).plus(top);
                  return new Loop.Trip(List.of(enter, alpha), List.of());
                });
    return logSumExp(forward.carry().get(1).plus(end));
  }

  private static Value logSumExp(Value x) {
    Value top = x.maxOver(-1).stopGradient();
    return Ops.log(Ops.exp(x.minus(top)).sum(-1)).plus(top).squeeze(-1);
  }

  /**
   * s(y), summed over the batch.
   *
   * @param e scores of the tags, [T, B, K], with lengths
   * @param y tags, I32 [T, B]; any id that is no tag, as past a row's length, adds nothing
   */
  Value score(Sequence e, Value y) {
    Shape shape = e.values().shape();
    Value ids = y.unsqueeze(-1).expand(shape).eq(Ops.range(-1, DType.I32, shape));
    Value hot = ids.where(e.values().like(1), e.values().like(0)); // [T, B, K]
    Value before = hot.pad(0, Dim.ONE, Dim.ZERO).slice(0, Dim.ZERO, e.time());
    Value t = Ops.range(0, DType.I32, shape);
    Value last = e.lengths().orElseThrow().plus(-1).unsqueeze(0).unsqueeze(-1).expand(shape);
    Value all =
        e.values()
            .plus(before.matmul(transitions))
            .plus(t.eq(t.like(0)).where(start, e.values().like(0)))
            .plus(t.eq(last).where(end, e.values().like(0)));
    return ids.where(all, e.values().like(0)).total();
  }

  /** A, start and end in one value, [K + 2, K], as {@link Chain#of} reads it. */
  Value stacked() {
    return Ops.concat(0, List.of(transitions, start.unsqueeze(0), end.unsqueeze(0)));
  }
}
