package recurve.backend.amx;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import recurve.backend.vector.Gemm;

/**
 * Memory outside of the heap, in large pages where there is much of it.
 *
 * <p>A block of a right side fills most of a core's second-level cache. Which lines of it share a
 * place there is decided by where its pages are; of small ones, which are anywhere, one run in ten
 * had it so badly that products took twice as long.
 */
final class Pages {
  private static final long LARGE = 1 << 21; // bytes of a large page

  private Pages() {}

  /** So many bytes, which live as long as something refers to them. */
  static MemorySegment allocate(long bytes) {
    if (bytes < LARGE / 4) return Arena.ofAuto().allocate(bytes, Gemm.LINE);
    long whole = (bytes + LARGE - 1) / LARGE * LARGE;
    MemorySegment memory = Arena.ofAuto().allocate(whole, LARGE);
    Linux.wishLargePages(memory);
    return memory;
  }
}
