package recurve.backend.vector;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.ir.DType;

/**
 * The arrays of an executable's temporaries, shared by all its programs and, within one, by values
 * that are not alive at the same time.
 */
final class Arena {
  private record Block(Object array, int size) {}

  private record Life(int first, int last) {}

  private final Map<DType, List<Block>> blocks = new EnumMap<>(DType.class);

  /**
   * Gives every temporary of a program its array.
   *
   * @param kept temporaries that must hold their values when the program ends
   */
  void plan(List<Instruction> code, Set<Buffer> kept) {
    var lives = new LinkedHashMap<Buffer, Life>();
    for (int i = 0; i < code.size(); i++) {
      for (Instruction.Access a : code.get(i).accesses()) {
        Buffer b = a.view().buffer();
        if (b.kind != Buffer.Kind.TEMPORARY) continue;
        Life life = lives.get(b);
        int last = kept.contains(b) ? code.size() : i;
        lives.put(b, new Life(life == null ? i : life.first(), last));
      }
    }
    var free = new EnumMap<DType, List<Block>>(DType.class);
    blocks.forEach((type, all) -> free.put(type, new ArrayList<>(all)));
    var taken = new HashMap<Buffer, Block>();
    for (int i = 0; i < code.size(); i++) {
      for (var e : lives.entrySet()) {
        if (e.getValue().first() == i) taken.put(e.getKey(), take(e.getKey(), free));
      }
      for (var e : lives.entrySet()) {
        if (e.getValue().last() == i)
          requireNonNull(free.get(e.getKey().dtype)).add(requireNonNull(taken.get(e.getKey())));
      }
    }
  }

  /** The smallest free block that is large enough; a new one if there is none. */
  private Block take(Buffer buffer, Map<DType, List<Block>> free) {
    List<Block> candidates = free.computeIfAbsent(buffer.dtype, t -> new ArrayList<>());
    Block block =
        candidates.stream()
            .filter(b -> b.size() >= buffer.size && b.size() / 4 <= Math.max(buffer.size, 1024))
            .min(Comparator.comparingInt(Block::size))
            .orElseGet(() -> grow(buffer));
    candidates.remove(block);
    buffer.place(block.array());
    return block;
  }

  private Block grow(Buffer buffer) {
    var block = new Block(Buffer.allocate(buffer.dtype, buffer.size), buffer.size);
    blocks.computeIfAbsent(buffer.dtype, t -> new ArrayList<>()).add(block);
    return block;
  }
}
