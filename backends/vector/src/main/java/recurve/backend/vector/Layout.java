package recurve.backend.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the axes of an elementwise pass are merged: a leading axis, along which work is shared, and
 * as few others as the operands' strides allow.
 *
 * @param groups original axes merged into each axis, the leading one first
 * @param extents of the merged axes, the leading one first
 * @param flat whether rows, or single elements, follow each other without gaps in every operand
 */
record Layout(List<int[]> groups, int[] extents, boolean flat) {

  /**
   * Merges axes.
   *
   * @param dims the extents of all operands
   * @param operands their views
   * @param keepLead whether the leading axis must stay itself, as rows of a loop's batch
   * @param keepLast whether the last axis must stay itself, as it is summed over
   */
  static Layout of(int[] dims, List<View> operands, boolean keepLead, boolean keepLast) {
    var groups = new ArrayList<int[]>();
    for (int axis = 0; axis < dims.length; axis++) {
      boolean first = groups.isEmpty(), last = axis == dims.length - 1;
      if (!first && !(keepLead && groups.size() == 1) && !(keepLast && last)) {
        int[] group = groups.getLast();
        if (mergeable(dims, operands, group, axis)) {
          int[] longer = Arrays.copyOf(group, group.length + 1);
          longer[group.length] = axis;
          groups.set(groups.size() - 1, longer);
          continue;
        }
      }
      if (!first && dims[axis] == 1 && !last) continue;
      groups.add(new int[] {axis});
    }
    if (groups.isEmpty()) groups.add(new int[0]);
    if (keepLast && groups.size() == 1) groups.add(0, new int[0]); // one row
    int[] extents = new int[groups.size()];
    for (int g = 0; g < extents.length; g++) {
      extents[g] = Arrays.stream(groups.get(g)).map(a -> dims[a]).reduce(1, Math::multiplyExact);
    }
    boolean flat = !keepLast && flat(groups, extents, operands);
    return new Layout(groups, extents, flat);
  }

  private static boolean mergeable(int[] dims, List<View> operands, int[] group, int axis) {
    if (dims[axis] == 1) return true;
    boolean ones = Arrays.stream(group).allMatch(a -> dims[a] == 1);
    if (ones) return true;
    int outer = lastReal(dims, group);
    return operands.stream().allMatch(v -> v.strides()[outer] == v.strides()[axis] * dims[axis]);
  }

  private static int lastReal(int[] dims, int[] group) {
    for (int i = group.length - 1; i >= 0; i--) if (dims[group[i]] != 1) return group[i];
    return group.length == 0 ? -1 : group[group.length - 1];
  }

  private static boolean flat(List<int[]> groups, int[] extents, List<View> operands) {
    if (groups.size() > 2) return false;
    for (View v : operands) {
      int lead = stride(v, groups.get(0));
      if (groups.size() == 1
          ? lead != 1 && lead != 0
          : lead != stride(v, groups.get(1)) * extents[1]) {
        return false;
      }
    }
    return true;
  }

  /** The step along merged axes: that of the innermost that has more than one index. */
  private static int stride(View v, int[] group) {
    int axis = lastReal(v.dims(), group);
    return axis < 0 || v.dims()[axis] == 1 ? 0 : v.strides()[axis];
  }

  /** An operand with the merged axes. */
  View view(View v) {
    int[] strides = groups.stream().mapToInt(g -> stride(v, g)).toArray();
    return new View(v.buffer(), v.offset(), extents.clone(), strides, v.loops());
  }

  /** The step of an operand along the axis that becomes columns. */
  int across(View v) {
    if (extents.length == 1 && !flat) return 0; // rows of one column
    return stride(v, groups.getLast());
  }
}
