package recurve.backend.amx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/** Whether tiles can be used here. */
final class Processor {
  private static final byte RETURN = (byte) 0xc3; // the shortest function
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
      if (!Linux.allowsTiles()) {
        return Optional.of("the system does not let programs use tiles (AMX).");
      }
      Linux.executable(new byte[] {RETURN});
      return Optional.empty();
    } catch (IllegalCallerException | NoSuchElementException | IllegalStateException e) {
      return Optional.of("tiles (AMX) cannot be used here: " + e.getMessage());
    }
  }
}
