package recurve.backend.vector;

/**
 * How the units of an instruction are cut into parts, for threads to take.
 *
 * @param extent how many units
 * @param grain of which each part but the last is a multiple
 * @param parts how many; if there are more than grains, some are empty
 */
record Cut(int extent, int grain, int parts) {
  /** The cut of an instruction that so many threads share. */
  static Cut of(Instruction i, int workers) {
    int extent = i.extent(), grain = i.grain();
    int least = extent > 0 ? 1 : 0;
    return new Cut(extent, grain, Math.max(least, Math.min(workers * i.pieces(), extent / grain)));
  }

  /** The unit with which part p begins, and the one before it ends. */
  int edge(int p) {
    long grains = ((long) extent + grain - 1) / grain;
    return (int) Math.min(extent, grains * p / parts * grain);
  }
}
