package recurve.backend.vector;

/** Runs a {@link Region} over rows and columns: generated code, or its plain twin. */
interface Kernel {
  /**
   * Does {@code rows} rows of {@code columns} elements.
   *
   * @param arrays by slot; whatever for slots that are indices
   * @param at by slot, where the first row starts
   * @param strides by slot, from row to row
   */
  void run(Object[] arrays, int[] at, int[] strides, int rows, int columns);

  /** What listings call it. */
  default String name() {
    return Emit.nameOf(this);
  }
}
