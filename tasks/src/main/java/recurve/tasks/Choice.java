package recurve.tasks;

import recurve.ir.DType;
import recurve.ir.Ops;
import recurve.ir.Value;

/** Choosing within a graph. */
public final class Choice {
  private Choice() {}

  /** The place of the largest along the last axis, the first of equals: I32 without that axis. */
  public static Value largest(Value scores) {
    Value isTop = scores.eq(scores.maxOver(-1).expand(scores.shape()));
    Value back = Ops.range(-1, scores.dtype(), scores.shape()).neg();
    double beyond = -scores.dim(-1).number();
    return isTop.where(back, back.like(beyond)).maxOver(-1).neg().cast(DType.I32).squeeze(-1);
  }
}
