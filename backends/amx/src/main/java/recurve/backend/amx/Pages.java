package recurve.backend.amx;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import recurve.backend.vector.Gemm;

/**
 * Memory outside of the heap, in large pages where there is much of it.
 *
 * <p>A block of a right side fills most of a core's second-level cache. Which lines of it share a
 * place there is decided by where its pages are; of small ones, which are anywhere, one run in ten
 * had it so badly that products took twice as long.
 */
@SuppressWarnings("restricted") // the system has to be asked for them
final class Pages {
  private static final long LARGE = 1 << 21; // bytes of a large page
  private static final int HUGE_PAGE = 14; // MADV_HUGEPAGE of mman.h

  private final MethodHandle advise;

  Pages() {
    Linker linker = Linker.nativeLinker();
    advise =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("madvise"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  }

  /** So many bytes, which live as long as something refers to them. */
  MemorySegment allocate(long bytes) {
    if (bytes < LARGE / 4) return Arena.ofAuto().allocate(bytes, Gemm.LINE);
    long whole = (bytes + LARGE - 1) / LARGE * LARGE;
    MemorySegment memory = Arena.ofAuto().allocate(whole, LARGE);
    try {
      // a system that has none says so, and leaves the memory as it is
      int _ = (int) advise.invokeExact(memory, whole, HUGE_PAGE);
      return memory;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the call of madvise failed", e);
    }
  }
}
