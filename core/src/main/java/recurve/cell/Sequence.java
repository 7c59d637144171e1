package recurve.cell;

import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * A batch of sequences, padded to one length.
 *
 * @param values [T, B, width]; what stands past a row's length is never looked at
 * @param lengths I32 [B], at least 1 each; absent when every row is full
 */
public record Sequence(Value values, Optional<Value> lengths) {
  /** Rows that are all full. */
  public static Sequence full(Value values) {
    return new Sequence(values, Optional.empty());
  }

  /** The same rows with other values at their steps. */
  public Sequence with(Value others) {
    return new Sequence(others, lengths);
  }

  /** BOOL [T, B, 1]: where a row has a step. Absent when every row is full. */
  public Optional<Value> alive() {
    Value steps = Ops.range(0, DType.I32, Shape.of(time(), batch()));
    return lengths.map(n -> steps.less(n.unsqueeze(0)).unsqueeze(-1));
  }

  public Dim time() {
    return values.dim(0);
  }

  public Dim batch() {
    return values.dim(1);
  }

  public Dim width() {
    return values.dim(2);
  }
}
