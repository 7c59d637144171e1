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

  /**
   * Makes a graph runnable.
   *
   * @throws UnsupportedGraphException naming the node, if the graph has one it cannot run
   */
  Executable compile(Graph graph, CompileOptions options);
}
