package recurve.backend.vector;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * What those who compute by native functions have in common. The calls are theirs: a module asks
 * for native access itself, and this one needs none.
 */
public final class NativeCall {
  private NativeCall() {}

  /** The C types of arguments: int, long, or an address. */
  public static MemoryLayout[] types(Object... arguments) {
    return Arrays.stream(arguments).map(NativeCall::type).toArray(MemoryLayout[]::new);
  }

  private static MemoryLayout type(Object argument) {
    return switch (argument) {
      case Integer i -> ValueLayout.JAVA_INT;
      case Long n -> ValueLayout.JAVA_LONG;
      default -> ValueLayout.ADDRESS;
    };
  }

  /**
   * What to throw where a call went wrong on our side of it: no native function throws, but a
   * handle may, for want of memory or of arguments of the right types.
   *
   * @return an exception of ours as it is; else one that tells the function
   * @throws Error if it is one
   */
  public static RuntimeException failed(String function, Throwable e) {
    if (e instanceof Error error) throw error;
    if (e instanceof RuntimeException own) return own;
    return new IllegalStateException("cannot call " + function, e);
  }
}
