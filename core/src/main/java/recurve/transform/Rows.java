package recurve.transform;

import java.util.Optional;
import recurve.ir.Dim;
import recurve.ir.Value;

/**
 * How a loop writes values out: with lengths, the batch has to lead, so that dead rows can be left
 * alone; without, as they are.
 *
 * @param batch the batch, if the loop has lengths
 */
record Rows(Optional<Dim> batch) {

  /** Whether the value can be turned so that the batch leads. */
  boolean canLead(Value v) {
    return batch.isEmpty() || v.shape().dims().contains(batch.get());
  }

  /** The value as the loop can write it. */
  Value lead(Value v) {
    int axis = axis(v);
    return axis == 0 ? v : v.swap(0, axis);
  }

  /** What was written for a value, as the value was; in a stack, time leads. */
  Value restore(Value written, Value v, boolean stacked) {
    int axis = axis(v), first = stacked ? 1 : 0;
    return axis == 0 ? written : written.swap(first, axis + first);
  }

  private int axis(Value v) {
    return batch.isEmpty() ? 0 : v.shape().dims().indexOf(batch.get());
  }
}
