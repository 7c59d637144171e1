package recurve.backend.amx;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import recurve.backend.vector.NativeCall;

/** What the system is asked for, by the functions of its C library; x86-64 only. */
@SuppressWarnings("restricted") // to call native code is what this class is for
final class Linux {
  private static final long ARCH_PRCTL = 158; // of the system calls
  private static final long REQUEST = 0x1023, TILE_DATA = 18; // of arch_prctl
  private static final int READ = 1, WRITE = 2, EXECUTE = 4; // of mman.h
  private static final int PRIVATE = 2, ANONYMOUS = 0x20, HUGE_PAGE = 14;

  private Linux() {}

  /** Asks for leave to use tiles, for all threads; whether it is given. */
  static boolean allowsTiles() {
    Linker.Option[] variadic = {Linker.Option.firstVariadicArg(1)};
    return (long) call(variadic, JAVA_LONG, "syscall", ARCH_PRCTL, REQUEST, TILE_DATA) == 0;
  }

  /** Asks for large pages; a system that has none leaves the memory as it is. */
  static void wishLargePages(MemorySegment memory) {
    call(JAVA_INT, "madvise", memory, memory.byteSize(), HUGE_PAGE);
  }

  /**
   * Machine code in memory that is never given back.
   *
   * @throws IllegalStateException if the system does not run what was made at run time
   */
  static MemorySegment executable(byte[] code) {
    long size = code.length;
    var memory =
        (MemorySegment)
            call(
                ADDRESS,
                "mmap",
                MemorySegment.NULL,
                size,
                READ | WRITE,
                PRIVATE | ANONYMOUS,
                -1,
                0L);
    if (memory.address() != -1) {
      memory = memory.reinterpret(size);
      MemorySegment.copy(MemorySegment.ofArray(code), 0, memory, 0, size);
      if ((int) call(JAVA_INT, "mprotect", memory, size, READ | EXECUTE) == 0) return memory;
    }
    throw new IllegalStateException("the system does not run code that was made at run time.");
  }

  private static Object call(MemoryLayout result, String function, Object... arguments) {
    return call(new Linker.Option[0], result, function, arguments);
  }

  /** Calls a function, which is done seldom. */
  private static Object call(
      Linker.Option[] options, MemoryLayout result, String function, Object... arguments) {
    Linker linker = Linker.nativeLinker();
    var handle =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow(function),
            FunctionDescriptor.of(result, NativeCall.types(arguments)),
            options);
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw NativeCall.failed(function, e);
    }
  }
}
