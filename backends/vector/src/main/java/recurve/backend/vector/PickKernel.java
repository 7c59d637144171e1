package recurve.backend.vector;

/**
 * A region that sums what is zero but in one column: looks at that column only.
 *
 * <p>The score of the right word, say, is one of thousands in its row.
 */
final class PickKernel implements Kernel {
  private final Kernel kernel;
  private final Region.Pick pick;
  private final boolean[] varies; // by slot, whether its address does from column to column

  /** Wraps a region's kernel. */
  PickKernel(Region region, Region.Pick pick, Kernel kernel) {
    this.kernel = kernel;
    this.pick = pick;
    varies = new boolean[region.slots().size()];
    for (int s = 0; s < varies.length; s++) {
      varies[s] = region.slots().get(s).across() == Region.Across.VARIES;
    }
  }

  @Override
  public void run(Object[] arrays, int[] at, int[] strides, int rows, int columns) {
    int[] numbers = (int[]) arrays[pick.number()];
    for (int r = 0; r < rows; r++) {
      // of a number that is none of the indices any column is zero
      long column = (long) numbers[at[pick.number()]] - at[pick.index()];
      int within = Math.clamp(column, 0, Math.max(0, columns - 1));
      move(at, within);
      kernel.run(arrays, at, strides, 1, Math.min(1, columns));
      move(at, -within);
      for (int s = 0; s < at.length; s++) at[s] += strides[s];
    }
    for (int s = 0; s < at.length; s++) at[s] -= rows * strides[s];
  }

  private void move(int[] at, int by) {
    for (int s = 0; s < at.length; s++) if (varies[s]) at[s] += by;
  }

  @Override
  public String name() {
    return kernel.name() + " picking";
  }
}
