package recurve.backend.vector;

import java.util.List;

/**
 * One thing to do, cut into shares that may run at once.
 *
 * <p>Any cut gives the same bits. The memory it touches is told by {@link #accesses}, from which
 * memory is planned and from which it is seen whether a whole loop can run row by row.
 */
interface Instruction {
  /** Multiply-adds of a piece that is not cut further: about a millisecond. */
  long PIECE = 50_000_000;

  /** How many units it can be cut into. */
  int extent();

  /** The least number of units worth a thread of their own. */
  default int grain() {
    return 1;
  }

  /** How many pieces for each thread it is cut into; more even the work out. */
  default int pieces() {
    return Math.clamp(work() / PIECE, 4, 32);
  }

  /** How many multiply-adds of products it does. */
  default long work() {
    return 0;
  }

  /** Whether a piece that is under way may give some of its rows away: see {@link Help}. */
  default boolean isGiving() {
    return false;
  }

  /** Whether it may write an output over an input. */
  default boolean canOverwrite(Buffer input, Buffer output) {
    return false;
  }

  /** Does units {@code from} to {@code to}. */
  void run(Frame frame, int from, int to);

  /** What it touches. */
  List<Access> accesses();

  /** A view read or written; by row if unit i touches index i of its leading axis only. */
  record Access(View view, boolean writes, boolean byRow) {
    static Access reads(View view, boolean byRow) {
      return new Access(view, false, byRow);
    }

    static Access writes(View view, boolean byRow) {
      return new Access(view, true, byRow);
    }
  }
}
