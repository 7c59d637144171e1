package recurve.backend.vector;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Which temporaries are written over one that is read for the last time, element by element.
 *
 * <p>The gradient of scores over a vocabulary, say, over the scores: what is written is then in the
 * cache already, and there is one matrix where there were two.
 */
final class Heirs {
  private final Set<Buffer> kept;
  private final Map<Buffer, Integer> first = new HashMap<>(), last = new HashMap<>();
  private final Map<Buffer, Buffer> roots = new HashMap<>();

  private Heirs(List<Instruction> code, Set<Buffer> kept) {
    this.kept = kept;
    for (int i = 0; i < code.size(); i++) {
      for (Instruction.Access a : code.get(i).accesses()) {
        first.putIfAbsent(a.view().buffer(), i);
        last.put(a.view().buffer(), i);
      }
    }
  }

  /**
   * Heir to whose memory it takes, which is nobody's heir itself.
   *
   * @param kept temporaries that must hold their values when the program ends
   */
  static Map<Buffer, Buffer> of(List<Instruction> code, Set<Buffer> kept) {
    var heirs = new Heirs(code, kept);
    for (int i = 0; i < code.size(); i++) {
      switch (code.get(i)) {
        case Rows rows -> heirs.find(i, rows.passes());
        case Elementwise e -> heirs.find(i, List.of(e));
        default -> {} // others may write before they have read
      }
    }
    return heirs.roots;
  }

  private void find(int place, List<Elementwise> passes) {
    var left = new LinkedHashSet<Buffer>(); // by those that die here
    var written = new LinkedHashSet<Buffer>();
    for (Elementwise p : passes) {
      for (Instruction.Access a : p.accesses()) {
        (a.writes() ? written : left).add(a.view().buffer());
      }
    }
    left.removeAll(written);
    left.removeIf(b -> !isTemporary(b) || kept.contains(b) || !isAt(last, b, place));
    written.removeIf(b -> !isTemporary(b) || !isAt(first, b, place));
    for (Buffer next : written) {
      for (Buffer old : left) {
        if (!fits(old, next) || !overwrites(passes, old, next)) continue;
        roots.put(next, roots.getOrDefault(old, old));
        left.remove(old);
        break;
      }
    }
  }

  private static boolean isAt(Map<Buffer, Integer> places, Buffer b, int place) {
    return Objects.equals(places.get(b), place);
  }

  private static boolean isTemporary(Buffer b) {
    return b.kind == Buffer.Kind.TEMPORARY;
  }

  private static boolean fits(Buffer old, Buffer next) {
    return old.sort().equals(next.sort()) && old.size == next.size;
  }

  /** Whether each element is read for the last time before it is written, or as it is. */
  private static boolean overwrites(List<Elementwise> passes, Buffer old, Buffer next) {
    boolean begun = false;
    for (Elementwise p : passes) {
      boolean reads = touches(p, old), writes = touches(p, next);
      if (reads && (begun || (writes && !p.canOverwrite(old, next)))) return false;
      begun |= writes;
    }
    UnaryOperator<Buffer> one = b -> b == old ? next : b;
    return passes.size() == 1 ? passes.get(0).canOverwrite(old, next) : Rows.areApart(passes, one);
  }

  private static boolean touches(Instruction i, Buffer b) {
    return i.accesses().stream().anyMatch(a -> a.view().buffer() == b);
  }
}
