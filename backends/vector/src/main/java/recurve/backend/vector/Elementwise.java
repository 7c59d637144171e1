package recurve.backend.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Runs a region's kernel over the extents of its operands.
 *
 * <p>The leading axis is what shares are cut along. The others are merged where every operand
 * allows; the last two are the rows and columns of the kernel, the rest are loops around it.
 */
final class Elementwise implements Instruction {
  private final Kernel kernel;
  private final View[] views; // by slot, all of the merged extents
  private final boolean[] writes;
  private final int lead;
  private final int[] dims; // merged, without the leading axis
  private final boolean flat; // each operand's rows follow each other without gaps
  private final int shortfall; // columns that the last of all rows lacks
  private final Scratch[] scratch; // by worker
  private final int grain;

  private static final class Scratch {
    final Object[] arrays;
    final int[] at, strides;

    Scratch(int slots) {
      arrays = new Object[slots];
      at = new int[slots];
      strides = new int[slots];
    }
  }

  /**
   * Makes the instruction.
   *
   * @param views by slot, all of the same merged extents
   * @param writes by slot, whether it is written
   * @param flat see {@link Layout#flat}
   * @param shortfall by how many columns the last row is shorter than the others
   */
  Elementwise(
      Kernel kernel, List<View> views, boolean[] writes, boolean flat, int shortfall, int workers) {
    this.kernel = kernel;
    this.views = views.toArray(View[]::new);
    this.writes = writes;
    this.flat = flat;
    this.shortfall = shortfall;
    int[] extents = views.get(0).dims();
    lead = extents[0];
    dims = Arrays.copyOfRange(extents, 1, extents.length);
    scratch = new Scratch[workers];
    for (int w = 0; w < workers; w++) scratch[w] = new Scratch(views.size());
    int each = Math.max(1, View.size(dims));
    grain = each >= 4096 ? 1 : dims.length == 0 ? 4096 : Math.max(1, 4096 / each);
  }

  private Elementwise(Elementwise of, View[] views) {
    kernel = of.kernel;
    this.views = views;
    writes = of.writes;
    lead = of.lead;
    dims = of.dims;
    flat = of.flat;
    shortfall = of.shortfall;
    scratch = of.scratch;
    grain = of.grain;
  }

  /** The same on other views, of the same extents and strides. */
  Elementwise with(UnaryOperator<View> views) {
    return new Elementwise(this, Arrays.stream(this.views).map(views).toArray(View[]::new));
  }

  @Override
  public int extent() {
    return lead;
  }

  @Override
  public int grain() {
    return grain;
  }

  /**
   * Whether it may write over an input: reading each element just where it writes it, and summing
   * nothing, since a row's sum is written before its end is read.
   */
  @Override
  public boolean canOverwrite(Buffer input, Buffer output) {
    if (shortfall != 0) return false;
    for (View in : views) {
      if (in.buffer() != input) continue;
      for (View out : views) {
        if (out.buffer() != output) continue;
        boolean same = in.offset() == out.offset() && Arrays.equals(in.strides(), out.strides());
        boolean sums = dims.length > 0 && out.stride(-1) == 0;
        if (!same || sums) return false;
      }
    }
    return true;
  }

  @Override
  public List<Access> accesses() {
    var all = new ArrayList<Access>();
    for (int s = 0; s < views.length; s++) {
      boolean byRow = lead == 1 || views[s].strides()[0] != 0;
      if (views[s].buffer().isMemory()) all.add(new Access(views[s], writes[s], byRow));
    }
    return all;
  }

  @Override
  public void run(Frame frame, int from, int to) {
    Scratch w = scratch[frame.worker];
    for (int s = 0; s < views.length; s++) {
      View v = views[s];
      if (v.buffer().isMemory()) w.arrays[s] = v.buffer().array();
      w.at[s] = v.at(frame) + from * v.strides()[0];
    }
    int n = to - from, rank = dims.length;
    if (rank == 0) { // one axis only
      Arrays.fill(w.strides, 0);
      if (flat) kernel.run(w.arrays, w.at, w.strides, 1, n);
      else rows(w, 0, n, 1);
    } else if (rank == 1) {
      if (flat) kernel.run(w.arrays, w.at, w.strides, 1, n * dims[0]);
      else if (shortfall == 0 || to < lead) rows(w, 0, n, dims[0]);
      else {
        rows(w, 0, n - 1, dims[0]);
        for (int s = 0; s < views.length; s++) w.at[s] += (n - 1) * views[s].strides()[0];
        rows(w, 0, 1, dims[0] - shortfall);
      }
    } else {
      for (int i = 0; i < n; i++) {
        nest(w, 1);
        for (int s = 0; s < views.length; s++) w.at[s] += views[s].strides()[0];
      }
    }
  }

  private void rows(Scratch w, int axis, int rows, int columns) {
    for (int s = 0; s < views.length; s++) w.strides[s] = views[s].strides()[axis];
    kernel.run(w.arrays, w.at, w.strides, rows, columns);
  }

  /** Loops over the axes before the last two; axis counts with the leading one. */
  private void nest(Scratch w, int axis) {
    if (axis == dims.length - 1) {
      rows(w, axis, dims[axis - 1], dims[axis]);
      return;
    }
    for (int i = 0; i < dims[axis - 1]; i++) {
      nest(w, axis + 1);
      for (int s = 0; s < views.length; s++) w.at[s] += views[s].strides()[axis];
    }
    for (int s = 0; s < views.length; s++) w.at[s] -= dims[axis - 1] * views[s].strides()[axis];
  }

  @Override
  public String toString() {
    return "Elementwise " + lead + Arrays.toString(dims) + (flat ? " flat " : " ") + kernel.name();
  }
}
