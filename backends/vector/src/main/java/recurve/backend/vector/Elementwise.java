package recurve.backend.vector;

import java.util.ArrayList;
import java.util.List;

/**
 * Runs a region's kernel over the extents of its operands.
 *
 * <p>The leading axis is what shares are cut along. The others are merged where every operand
 * allows; the last two are the rows and columns of the kernel, the rest are loops around it.
 */
final class Elementwise implements Instruction {
  /** An operand of the kernel: a slot and the view it stands for. */
  record Operand(View view, boolean writes) {}

  private final Kernel kernel;
  private final View[] views; // by slot, with the merged axes
  private final boolean[] writes;
  private final int lead;
  private final int[] dims; // merged, without the leading axis
  private final boolean flat; // each operand's rows follow each other without gaps
  private final Scratch[] scratch; // by worker
  private final int grain;

  private static final class Scratch {
    final Object[] arrays;
    final int[] at, strides, index;

    Scratch(int slots, int rank) {
      arrays = new Object[slots];
      at = new int[slots];
      strides = new int[slots];
      index = new int[rank];
    }
  }

  /**
   * Makes the instruction.
   *
   * @param operands by slot, all of {@code layout}'s extents
   */
  Elementwise(Kernel kernel, List<Operand> operands, Layout layout, int workers) {
    this.kernel = kernel;
    lead = layout.lead();
    dims = layout.dims();
    views = new View[operands.size()];
    writes = new boolean[views.length];
    for (int s = 0; s < views.length; s++) {
      views[s] = layout.view(operands.get(s).view());
      writes[s] = operands.get(s).writes();
    }
    flat = layout.flat();
    scratch = new Scratch[workers];
    for (int w = 0; w < workers; w++) scratch[w] = new Scratch(views.length, dims.length);
    int each = Math.max(1, View.size(dims));
    grain = each >= 4096 ? 1 : dims.length == 0 ? 4096 : Math.max(1, 4096 / each);
  }

  @Override
  public int extent() {
    return lead;
  }

  @Override
  public int grain() {
    return grain;
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
      java.util.Arrays.fill(w.strides, 0);
      if (flat) kernel.run(w.arrays, w.at, w.strides, 1, n);
      else rows(w, 0, n, 1);
    } else if (rank == 1) {
      if (flat) kernel.run(w.arrays, w.at, w.strides, 1, n * dims[0]);
      else rows(w, 0, n, dims[0]);
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
}
