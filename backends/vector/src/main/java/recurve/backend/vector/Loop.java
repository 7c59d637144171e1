package recurve.backend.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the instructions of a body once for each step.
 *
 * <p>Where every instruction treats the rows of a batch apart, each thread takes its rows through
 * all steps, with one join for the whole loop and none between steps. Elsewhere each instruction of
 * each step is shared out by itself.
 */
final class Loop implements Instruction {
  private final Instruction[] body;
  private final int steps;
  private final boolean reverse;
  private final int depth;
  private final boolean byRow;
  private final int extent;

  Loop(List<Instruction> body, int steps, boolean reverse, int depth) {
    this.body = body.toArray(Instruction[]::new);
    this.steps = steps;
    this.reverse = reverse;
    this.depth = depth;
    this.byRow = rowsAreApart(body);
    this.extent = byRow ? body.get(0).extent() : 1;
  }

  /** Whether unit i of each instruction depends on unit i of the others only. */
  static boolean rowsAreApart(List<Instruction> body) {
    if (body.isEmpty()) return false;
    int extent = body.get(0).extent();
    var rows = new HashMap<Buffer, Integer>(); // distance of rows in what the body writes
    for (Instruction i : body) {
      if (i.extent() != extent) return false;
      for (Access a : i.accesses()) {
        if (!a.writes()) continue;
        if (!a.byRow() || differs(rows, a.view())) return false;
      }
    }
    for (Instruction i : body) {
      for (Access a : i.accesses()) {
        if (!rows.containsKey(a.view().buffer())) continue;
        if (!a.byRow() || differs(rows, a.view())) return false;
      }
    }
    return true;
  }

  private static boolean differs(Map<Buffer, Integer> rows, View view) {
    int distance = view.rank() == 0 ? 0 : view.stride(0);
    Integer known = rows.putIfAbsent(view.buffer(), distance);
    return known != null && known != distance;
  }

  /** Whether its instructions are shared out one by one, by {@link #drive}. */
  boolean isDriven() {
    return !byRow;
  }

  /** Runs it on the calling thread, which shares out each instruction. */
  void drive(Workers workers) {
    for (int k = 0; k < steps; k++) {
      workers.trip(depth, reverse ? steps - 1 - k : k);
      for (Instruction i : body) workers.run(i);
    }
  }

  @Override
  public int extent() {
    return extent;
  }

  /** Few rows of many steps: the weights of a product are read once for each piece. */
  @Override
  public int pieces() {
    return 1;
  }

  @Override
  public long work() {
    return steps * Arrays.stream(body).mapToLong(Instruction::work).sum();
  }

  @Override
  public List<Access> accesses() {
    var all = new ArrayList<Access>();
    for (Instruction i : body) {
      for (Access a : i.accesses()) all.add(byRow ? a : new Access(a.view(), a.writes(), false));
    }
    return all;
  }

  @Override
  public void run(Frame frame, int from, int to) {
    for (int k = 0; k < steps; k++) {
      frame.trip(depth, reverse ? steps - 1 - k : k);
      for (Instruction i : body) {
        if (byRow) i.run(frame, from, to);
        else i.run(frame, 0, i.extent());
      }
    }
  }

  @Override
  public String toString() {
    return "Loop " + steps + (byRow ? " by row" : "") + " of " + Arrays.toString(body);
  }
}
