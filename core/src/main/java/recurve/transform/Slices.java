package recurve.transform;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import recurve.ir.Dim;
import recurve.ir.Op;

/** Slices of one value along one axis. */
final class Slices {
  private Slices() {}

  /** Whether they are all of an axis, each element once, in any order. */
  static boolean cover(List<Op.Slice> slices, Dim extent) {
    if (!slices.stream().allMatch(s -> s.from().isNumber())) return false;
    var sorted = new ArrayList<>(slices);
    sorted.sort(Comparator.comparingLong(s -> s.from().number()));
    Dim at = Dim.ZERO;
    for (Op.Slice s : sorted) {
      if (!s.from().equals(at)) return false;
      at = s.to();
    }
    return at.equals(extent);
  }
}
