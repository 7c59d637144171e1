package recurve.backend.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs the instructions of a body once for each step.
 *
 * <p>Where every instruction treats the rows of a batch apart, each thread takes its rows through
 * all steps, with one join for the whole loop and none between steps; rows that have ended are left
 * out. Elsewhere each instruction of each step is shared out by itself.
 */
final class Loop implements Instruction {
  /**
   * Rows that end before others.
   *
   * @param lengths [batch], the number of steps that a row takes
   * @param commit what ends a step of the rows that take it
   * @param clear what is done instead with those that have ended; the body may have run on them
   */
  record Ends(View lengths, List<Instruction> commit, List<Instruction> clear) {
    List<Instruction> all() {
      return Stream.concat(commit.stream(), clear.stream()).toList();
    }
  }

  private static final long WORTH = 1_000_000; // multiply-adds of what is given away

  private final Instruction[] body;
  private final List<Phase> phases; // of a loop that a team runs
  private final int steps;
  private final boolean reverse;
  private final int depth;
  private final Optional<Ends> ends;
  private final boolean byRow;
  private final int extent;
  private final long each; // multiply-adds of a row's step

  Loop(List<Instruction> body, int steps, boolean reverse, int depth) {
    this(body, steps, reverse, depth, Optional.empty());
  }

  /** Makes the instruction; the rows of a body may end if they {@link #rowsAreApart are apart}. */
  Loop(List<Instruction> body, int steps, boolean reverse, int depth, Optional<Ends> ends) {
    this.body = body.toArray(Instruction[]::new);
    this.steps = steps;
    this.reverse = reverse;
    this.depth = depth;
    this.ends = ends;
    var all = new ArrayList<>(body);
    ends.ifPresent(e -> all.addAll(e.all()));
    this.byRow = rowsAreApart(all);
    this.phases = byRow ? List.of() : Phase.of(body);
    this.extent = byRow ? all.get(0).extent() : 1;
    this.each = body.stream().mapToLong(Instruction::work).sum() / Math.max(1, extent);
  }

  /** Whether unit i of each instruction depends on unit i of the others only. */
  static boolean rowsAreApart(List<? extends Instruction> body) {
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

  /** Whether threads do parts of each of its instructions, by {@link #together}. */
  boolean isShared() {
    return !byRow;
  }

  /**
   * Runs it on one of the threads of a team, all of which do so. A thread has the same part of an
   * instruction in each step, and finds in its cache what it had there of large weights.
   */
  void together(Frame frame, Workers team) {
    for (int k = 0; k < steps; k++) {
      frame.trip(depth, reverse ? steps - 1 - k : k);
      for (Phase p : phases) p.run(frame, team);
    }
  }

  /**
   * Neighbours in a body whose rows are apart: a thread does its rows of all of them. However
   * little that is, it is cut: the threads wait for each other in any case.
   */
  private record Phase(List<Instruction> parts) {
    static List<Phase> of(List<Instruction> body) {
      var all = new ArrayList<Phase>();
      for (int from = 0; from < body.size(); ) {
        int to = from + 1;
        while (to < body.size() && rowsAreApart(body.subList(from, to + 1))) to++;
        all.add(new Phase(List.copyOf(body.subList(from, to))));
        from = to;
      }
      return List.copyOf(all);
    }

    void run(Frame frame, Workers team) {
      if (parts.get(0) instanceof Loop inner && inner.isShared()) {
        inner.together(frame, team);
        return;
      }
      var cut = new Cut(parts.get(0).extent(), 1, team.count());
      int from = cut.edge(frame.worker), to = cut.edge(frame.worker + 1);
      for (Instruction i : parts) if (from < to) i.run(frame, from, to);
      team.await(frame);
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
    for (Ends e : ends.stream().toList()) {
      all.add(Access.reads(e.lengths(), true));
      for (Instruction i : e.all()) all.addAll(i.accesses());
    }
    return all;
  }

  /** Rows of an inner loop belong to a step of the thread that is in it. */
  @Override
  public boolean isGiving() {
    return byRow && depth == 0;
  }

  @Override
  public void run(Frame frame, int from, int to) {
    run(frame, from, to, 0);
  }

  /** Takes the steps from {@code first} on, and gives rows away to who has none left. */
  void run(Frame frame, int from, int to, int first) {
    int end = to;
    for (int k = first; k < steps; k++) {
      if (isGiving() && frame.help.isWanted()) {
        int half = (from + end) / 2;
        boolean worth = each * (end - half) * (steps - k) > WORTH;
        if (worth && frame.help.offer(new Help.Rest(this, half, end, k))) end = half;
      }
      frame.trip(depth, reverse ? steps - 1 - k : k);
      if (ends.isPresent()) alive(ends.get(), frame, from, end);
      else if (byRow) body(frame, from, end);
      else for (Instruction i : body) i.run(frame, 0, i.extent());
    }
  }

  private void body(Frame frame, int from, int to) {
    for (Instruction i : body) i.run(frame, from, to);
  }

  /**
   * A step of rows of which some have ended. The body runs once for all from the first to the last
   * that has not: it reads weights, which cost more than some rows in between.
   */
  private void alive(Ends ends, Frame frame, int from, int to) {
    int[] lengths = ends.lengths().buffer().ints();
    int at = ends.lengths().at(frame), trip = frame.trip(depth);
    int first = from, last = to;
    while (first < last && trip >= lengths[at + first]) first++;
    while (first < last && trip >= lengths[at + last - 1]) last--;
    if (first < last) body(frame, first, last);
    for (int row = from; row < to; ) {
      int start = row;
      boolean alive = trip < lengths[at + row];
      while (row < to && trip < lengths[at + row] == alive) row++;
      for (Instruction i : alive ? ends.commit() : ends.clear()) i.run(frame, start, row);
    }
  }

  @Override
  public String toString() {
    return "Loop " + steps + (byRow ? " by row" : "") + " of " + Arrays.toString(body);
  }
}
