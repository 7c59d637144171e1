package recurve.backend.vector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Passes over the same rows, one after the other, taken some rows at a time.
 *
 * <p>The passes of a softmax, say, over rows of a vocabulary: its maximum, its sum, its gradient.
 * Each by itself would read all rows from memory again; so the next finds them in the cache. What
 * only the passes themselves touch has no place in memory at all, but some rows for each thread.
 */
final class Rows implements Instruction {
  private static final int CACHED = 64 * 1024; // elements that stay in the second-level cache

  private final List<Elementwise> passes;
  private final int some; // rows that are taken at a time

  private Rows(List<Elementwise> passes, Set<Buffer> own, int workers) {
    var counted = new HashMap<Buffer, Integer>();
    accesses(passes).forEach(a -> counted.put(a.view().buffer(), a.view().size()));
    long all = Math.max(1, counted.values().stream().mapToLong(n -> n).sum());
    int extent = passes.get(0).extent();
    some = Math.clamp(CACHED * (long) extent / all, 1, extent);
    // A place for each thread must take less than all rows do.
    var moved = workers * (long) some < extent ? own : Set.<Buffer>of();
    var shorter = new HashMap<Buffer, Buffer>();
    this.passes =
        passes.stream()
            .map(p -> p.with(v -> moved.contains(v.buffer()) ? inHand(v, shorter, workers) : v))
            .toList();
  }

  /**
   * The same view of the rows that a thread has in hand. It moves as a view in a loop does with
   * each trip; no loop is around these passes, so they may say what the outermost loop's trip is.
   */
  private View inHand(View v, Map<Buffer, Buffer> shorter, int workers) {
    int row = v.stride(0);
    Buffer b =
        shorter.computeIfAbsent(
            v.buffer(), k -> Buffer.temporary(k.dtype, Math.multiplyExact(workers * some, row)));
    return new View(b, v.offset() % row, v.dims(), v.strides(), new int[] {row});
  }

  /**
   * The same program with neighbouring passes put together whose rows are apart.
   *
   * @param same outputs' buffers that share an array with an input's; who writes those stays alone
   * @param kept temporaries that must hold their values when the program ends
   */
  static List<Instruction> apply(
      List<Instruction> code, Map<Buffer, Buffer> same, Set<Buffer> kept, int workers) {
    var all = new ArrayList<Instruction>();
    var run = new ArrayList<Elementwise>();
    for (int i = 0; i <= code.size(); i++) {
      Instruction next = i < code.size() ? code.get(i) : null;
      boolean pass = next instanceof Elementwise e && e.extent() > 1 && !writes(e, same);
      if (pass) run.add((Elementwise) next);
      if (pass && areApart(run, b -> b)) continue;
      if (pass) run.removeLast();
      if (run.size() > 1) all.add(new Rows(List.copyOf(run), own(run, code, kept), workers));
      else all.addAll(run);
      run.clear();
      if (pass) run.add((Elementwise) next);
      else if (next != null) all.add(next);
    }
    return all;
  }

  private static boolean writes(Instruction i, Map<Buffer, Buffer> same) {
    return i.accesses().stream().anyMatch(a -> a.writes() && same.containsKey(a.view().buffer()));
  }

  /** Temporaries that nobody but these passes touches. */
  private static Set<Buffer> own(List<Elementwise> run, List<Instruction> code, Set<Buffer> kept) {
    var own = new HashSet<Buffer>();
    for (Access a : accesses(run).toList()) {
      if (a.writes() && a.view().buffer().kind == Buffer.Kind.TEMPORARY) own.add(a.view().buffer());
    }
    own.removeAll(kept);
    var inside = Set.<Instruction>copyOf(run);
    for (Instruction i : code) {
      if (!inside.contains(i)) i.accesses().forEach(a -> own.remove(a.view().buffer()));
    }
    return own;
  }

  /**
   * Whether row i of what is written lies where row i of it is read, and nowhere else.
   *
   * @param memory which buffer's memory one lies in
   */
  static boolean areApart(List<Elementwise> run, UnaryOperator<Buffer> memory) {
    if (!Loop.rowsAreApart(run)) return false;
    var first = new HashMap<Buffer, Integer>(); // the row of a buffer that unit 0 touches
    accesses(run)
        .filter(Access::writes)
        .forEach(a -> first.put(memory.apply(a.view().buffer()), -1));
    for (Access a : accesses(run).toList()) {
      View v = a.view();
      Buffer b = memory.apply(v.buffer());
      Integer known = first.get(b);
      if (known == null) continue;
      int row = v.stride(0);
      if (row <= 0) return false;
      int reach = v.offset() % row;
      for (int axis = 1; axis < v.rank(); axis++) reach += (v.dim(axis) - 1) * v.stride(axis);
      if (reach >= row || (known >= 0 && known != v.offset() / row)) return false;
      first.put(b, v.offset() / row);
    }
    return true;
  }

  private static Stream<Access> accesses(List<Elementwise> passes) {
    return passes.stream().flatMap(p -> p.accesses().stream());
  }

  List<Elementwise> passes() {
    return passes;
  }

  @Override
  public int extent() {
    return passes.get(0).extent();
  }

  @Override
  public int grain() {
    return passes.stream().mapToInt(Instruction::grain).min().orElseThrow();
  }

  @Override
  public List<Access> accesses() {
    return accesses(passes).toList();
  }

  @Override
  public void run(Frame frame, int from, int to) {
    for (int row = from; row < to; row += some) {
      int end = Math.min(to, row + some);
      frame.trip(0, frame.worker * some - row);
      for (Instruction p : passes) p.run(frame, row, end);
    }
  }

  @Override
  public String toString() {
    return "Rows " + passes;
  }
}
