package recurve.backend.vector;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Instructions that do not wait for each other, run with one join for all of them.
 *
 * <p>A step's many small ones, copies of weights and updates of biases, would otherwise cost more
 * in joins than in work.
 */
final class Together implements Instruction {
  /** Some units of one instruction. */
  private record Share(Instruction of, int from, int to) {}

  private final List<Instruction> members;
  private final Share[] shares;

  private Together(List<Instruction> members, int workers) {
    this.members = members;
    var all = new ArrayList<Share>();
    for (Instruction i : members) {
      Cut cut = Cut.of(i, workers);
      for (int p = 0; p < cut.parts(); p++) all.add(new Share(i, cut.edge(p), cut.edge(p + 1)));
    }
    shares = all.toArray(Share[]::new);
  }

  /**
   * The same program with neighbours that do not wait for each other put together.
   *
   * @param same buffers that share an array with another, and that other
   */
  static List<Instruction> apply(List<Instruction> code, Map<Buffer, Buffer> same, int workers) {
    if (workers == 1) return code;
    var all = new ArrayList<Instruction>();
    var batch = new ArrayList<Instruction>();
    var read = new HashSet<Buffer>();
    var written = new HashSet<Buffer>();
    for (Instruction next : code) {
      // a loop that all threads run is no share of anything
      boolean alone = isShared(next) || batch.stream().anyMatch(Together::isShared);
      if (!batch.isEmpty() && (alone || waits(next, same, read, written))) {
        all.add(batch.size() == 1 ? batch.get(0) : new Together(List.copyOf(batch), workers));
        batch.clear();
        read.clear();
        written.clear();
      }
      batch.add(next);
      for (Access a : next.accesses()) {
        Buffer b = a.view().buffer();
        (a.writes() ? written : read).add(same.getOrDefault(b, b));
      }
    }
    if (!batch.isEmpty()) {
      all.add(batch.size() == 1 ? batch.get(0) : new Together(List.copyOf(batch), workers));
    }
    return all;
  }

  private static boolean isShared(Instruction i) {
    return i instanceof Loop loop && loop.isShared();
  }

  private static boolean waits(
      Instruction next, Map<Buffer, Buffer> same, Set<Buffer> read, Set<Buffer> written) {
    for (Access a : next.accesses()) {
      Buffer b = same.getOrDefault(a.view().buffer(), a.view().buffer());
      if (written.contains(b) && !(a.writes() && isPart(a, b))) return true;
      if (a.writes() && read.contains(b)) return true;
    }
    return false;
  }

  // several instructions that write one buffer fill different parts of it: values are assigned once
  private static boolean isPart(Access a, Buffer b) {
    return b.kind == Buffer.Kind.TEMPORARY && a.view().size() < b.size;
  }

  @Override
  public int extent() {
    return shares.length;
  }

  @Override
  public int pieces() {
    return shares.length;
  }

  @Override
  public boolean isGiving() {
    return members.stream().anyMatch(Instruction::isGiving);
  }

  @Override
  public void run(Frame frame, int from, int to) {
    for (int s = from; s < to; s++) shares[s].of().run(frame, shares[s].from(), shares[s].to());
  }

  @Override
  public long work() {
    return members.stream().mapToLong(Instruction::work).sum();
  }

  @Override
  public List<Access> accesses() {
    var all = new ArrayList<Access>();
    for (Instruction i : members) {
      for (Access a : i.accesses()) all.add(new Access(a.view(), a.writes(), false));
    }
    return all;
  }

  @Override
  public String toString() {
    return "Together " + members;
  }
}
