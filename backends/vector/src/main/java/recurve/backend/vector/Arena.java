package recurve.backend.vector;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arrays of an executable's temporaries, shared by all its programs and, within one, by values
 * that are not alive at the same time.
 */
final class Arena {
  private record Block(Object array, int size) {}

  private record Life(int first, int last) {}

  private final Map<Buffer.Sort, List<Block>> blocks = new HashMap<>();

  /**
   * Gives every temporary of a program its array.
   *
   * @param kept temporaries that must hold their values when the program ends
   * @param same those that share an array with another, and that other
   */
  void plan(List<Instruction> code, Set<Buffer> kept, Map<Buffer, Buffer> same) {
    var lives = new LinkedHashMap<Buffer, Life>();
    var sharing = new HashMap<Buffer, Buffer>();
    for (int i = 0; i < code.size(); i++) {
      for (Instruction.Access a : code.get(i).accesses()) {
        Buffer own = a.view().buffer();
        if (own.kind != Buffer.Kind.TEMPORARY) continue;
        Buffer b = same.getOrDefault(own, own);
        if (b != own) sharing.put(own, b);
        Life life = lives.get(b);
        boolean stays = kept.contains(own) || (life != null && life.last() == code.size());
        lives.put(b, new Life(life == null ? i : life.first(), stays ? code.size() : i));
      }
    }
    var free = new HashMap<Buffer.Sort, List<Block>>();
    blocks.forEach((sort, all) -> free.put(sort, new ArrayList<>(all)));
    var dead = new HashMap<Integer, List<Buffer>>(); // after each place
    lives.forEach((b, life) -> dead.computeIfAbsent(life.last(), i -> new ArrayList<>()).add(b));
    var taken = new HashMap<Buffer, Block>();
    int place = 0;
    for (var e : lives.entrySet()) { // by their first places, as they were found
      for (; place < e.getValue().first(); place++) {
        for (Buffer b : dead.getOrDefault(place, List.of())) {
          requireNonNull(free.get(b.sort())).add(requireNonNull(taken.get(b)));
        }
      }
      taken.put(e.getKey(), take(e.getKey(), free));
    }
    sharing.forEach((b, other) -> b.place(other.array()));
  }

  /** The smallest free block that is large enough; a new one if there is none. */
  private Block take(Buffer buffer, Map<Buffer.Sort, List<Block>> free) {
    List<Block> candidates = free.computeIfAbsent(buffer.sort(), s -> new ArrayList<>());
    int best = -1;
    for (int i = 0; i < candidates.size(); i++) {
      int size = candidates.get(i).size();
      boolean fits = size >= buffer.size && size / 4 <= Math.max(buffer.size, 1024);
      if (fits && (best < 0 || size < candidates.get(best).size())) best = i;
    }
    Block block = best < 0 ? grow(buffer) : candidates.remove(best);
    buffer.place(block.array());
    return block;
  }

  private Block grow(Buffer buffer) {
    var block = new Block(buffer.allocate(), buffer.size);
    blocks.computeIfAbsent(buffer.sort(), s -> new ArrayList<>()).add(block);
    return block;
  }
}
