package recurve.tasks;

import java.util.List;
import recurve.cell.Encoder;
import recurve.cell.Init;
import recurve.cell.Layer;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Options;

/**
 * How the states of a sequence, [T, B, H], become one vector, [B, P]. Padding has no part in it.
 */
public enum Pooling {
  /** The last state; of two directions the last of each, one beside the other. */
  LAST {
    @Override
    public Value pool(Scope scope, Options options, Sequence h) {
      Value last = last(h);
      if (!options.get(Encoder.BIDIRECTIONAL)) return last;
      Value first = h.values().slice(0, 0, 1).squeeze(0); // where reading backwards ends
      if (options.get(Encoder.MERGE) == Layer.Merge.SUM) return Ops.concat(1, List.of(last, first));
      long half = h.width().number() / 2;
      return Ops.concat(1, List.of(last.slice(1, 0, half), first.slice(1, half, 2 * half)));
    }
  },

  /** The mean. */
  MEAN {
    @Override
    public Value pool(Scope scope, Options options, Sequence h) {
      Value sum = alive(h).where(h.values(), h.values().like(0)).sum(0).squeeze(0);
      return sum.over(lengths(h).cast(scope.dtype()).unsqueeze(-1));
    }
  },

  /** The largest of each unit (Collobert et al. 2011). */
  MAX {
    @Override
    public Value pool(Scope scope, Options options, Sequence h) {
      return alive(h).where(h.values(), h.values().like(LEAST)).maxOver(0).squeeze(0);
    }
  },

  /**
   * A mean whose weights are learnt (Yang et al. 2016).
   *
   * <pre>
   *   u_t = tanh(h_t W + b)      a = softmax(u_t · q)      Σ a_t h_t
   * </pre>
   */
  ATTENTION {
    @Override
    public Value pool(Scope scope, Options options, Sequence h) {
      Dim width = h.width();
      Value w = scope.parameter("attention.W", Init.WEIGHT, Shape.of(width, width));
      Value b = scope.parameter("attention.b", Init.BIAS, Shape.of(width));
      Value q = scope.parameter("attention.q", Init.WEIGHT, Shape.of(width, Dim.ONE));
      Value scores = Ops.tanh(h.values().matmul(w).plus(b)).matmul(q); // [T, B, 1]
      Value alive = alive(h);
      Value weights = Ops.softmax(alive.where(scores, scores.like(LEAST)), 0);
      Value states = alive.where(h.values(), h.values().like(0));
      return states.times(weights).sum(0).squeeze(0);
    }
  };

  /** Below all that a network computes, and far from where F32 overflows. */
  private static final double LEAST = -1e30;

  /**
   * One vector for each row.
   *
   * @param options the encoder's
   * @param h with lengths
   */
  public abstract Value pool(Scope scope, Options options, Sequence h);

  /** BOOL [T, B, 1]: where a row has a state. */
  private static Value alive(Sequence h) {
    return h.alive().orElseThrow();
  }

  private static Value last(Sequence h) {
    Value isLast = steps(h).eq(lengths(h).plus(-1).unsqueeze(0)).unsqueeze(-1);
    return isLast.where(h.values(), h.values().like(0)).sum(0).squeeze(0);
  }

  private static Value lengths(Sequence h) {
    return h.lengths().orElseThrow();
  }

  /** I32 [T, B]: at each place its step. */
  private static Value steps(Sequence h) {
    return Ops.range(0, DType.I32, Shape.of(h.time(), h.batch()));
  }
}
