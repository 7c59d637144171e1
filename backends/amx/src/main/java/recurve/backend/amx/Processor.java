package recurve.backend.amx;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/** Whether tiles can be used here. */
@SuppressWarnings("restricted") // the system has to be asked for leave
final class Processor {
  private static final long ARCH_PRCTL = 158; // of the system calls of Linux for x86-64
  private static final long REQUEST = 0x1023, TILE_DATA = 18; // of arch_prctl
  private static final int BITS = 512;

  private static final class Holder {
    static final Optional<String> MISSING = look();
  }

  private Processor() {}

  /** What is missing, a sentence; empty if nothing. The first call asks the system for leave. */
  static Optional<String> missing() {
    return Holder.MISSING;
  }

  private static Optional<String> look() {
    if (!System.getProperty("os.name", "").equals("Linux")
        || !System.getProperty("os.arch", "").equals("amd64")) {
      return Optional.of("tiles (AMX) are used on Linux for x86-64 only.");
    }
    try {
      if (!Files.readString(Path.of("/proc/cpuinfo")).contains(" amx_bf16")) {
        return Optional.of("this processor has no tiles for bf16 (AMX).");
      }
    } catch (IOException e) {
      return Optional.of("it cannot be told whether the processor has tiles (AMX): /proc/cpuinfo.");
    }
    if (FloatVector.SPECIES_PREFERRED.vectorBitSize() < BITS) {
      return Optional.of("Java was told not to use vectors of 512 bits, which fill the tiles.");
    }
    try {
      Linker linker = Linker.nativeLinker();
      var call =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
              Linker.Option.firstVariadicArg(1));
      if ((long) call.invokeExact(ARCH_PRCTL, REQUEST, TILE_DATA) == 0) return Optional.empty();
      return Optional.of("the system does not let programs use tiles (AMX).");
    } catch (IllegalCallerException | NoSuchElementException e) {
      return Optional.of("the system cannot be asked for leave to use tiles: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the call of arch_prctl failed", e);
    }
  }
}
