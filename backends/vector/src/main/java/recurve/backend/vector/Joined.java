package recurve.backend.vector;

import java.util.List;
import java.util.Optional;

/**
 * Matrices joined to one that need not be written: products pack the parts from where they lie.
 *
 * <p>Who else reads the whole has it {@link #write written} first, once.
 */
final class Joined {
  private final Lowering lowering;
  private final View whole;
  private final List<View> parts;
  private final int axis;
  private boolean written;

  /** Joins matrices in a block, which is where the whole is written if somebody wants it. */
  Joined(Lowering lowering, View whole, List<View> parts, int axis) {
    this.lowering = lowering;
    this.whole = whole;
    this.parts = List.copyOf(parts);
    this.axis = axis;
  }

  /** Sees to it that the whole lies in memory. */
  void write() {
    if (written) return;
    written = true;
    int at = 0;
    for (View part : parts) {
      lowering.emit(new Copy(part, whole.slice(axis, at, at + part.dim(axis))));
      at += part.dim(axis);
    }
  }

  /** The parts as they make up a view of the whole, if it is the whole, turned or not. */
  Optional<Side> side(View view) {
    if (written) return Optional.empty();
    if (view.key().equals(whole.key())) return Optional.of(Side.joined(parts, axis));
    List<Integer> turned = List.of(1, 0);
    if (!view.key().equals(whole.transpose(turned).key())) return Optional.empty();
    return Optional.of(
        Side.joined(parts.stream().map(p -> p.transpose(turned)).toList(), 1 - axis));
  }
}
