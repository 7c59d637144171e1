package recurve.backend;

/** Whether a backend can run on this machine. */
public sealed interface Support {
  /** It can; the detail names what it found, for example the vector width. */
  record Available(String detail) implements Support {}

  /** It cannot; the reason is one sentence and says what would help. */
  record Absent(String reason) implements Support {}

  /** Whether it can run here. */
  default boolean isAvailable() {
    return this instanceof Available;
  }
}
