package recurve.backend;

import recurve.ir.Graph;
import recurve.plugin.Plugin;

/** Compiles graphs for some machine. A service: a module provides it under a name. */
public interface Backend extends Plugin {
  /** Its name, {@code [a-z0-9-]+}; written into commands and configurations. */
  @Override
  String name();

  /** Whether it can run here, or why not in one sentence. Never throws. */
  Support support();

  /** Whether it can compute large products in a precision here, or why not. Never throws. */
  default Support support(Precision precision) {
    return precision == Precision.F32 ? support() : new Support.Absent("it computes in f32 only.");
  }

  /**
   * The same backend for another precision than {@link Precision#F32}.
   *
   * @throws IllegalArgumentException if it does not support it
   */
  default Backend in(Precision precision) {
    if (precision == Precision.F32) return this;
    throw new IllegalArgumentException(name() + " has no precision " + precision);
  }

  /**
   * Makes a graph runnable.
   *
   * @throws UnsupportedGraphException naming the node, if the graph has one it cannot run
   */
  Executable compile(Graph graph, CompileOptions options);
}
