/**
 * The kit: what a plugin must satisfy, as tests to extend.
 *
 * <p>An author of a cell, a task, a backend or a reader of subwords extends one class and overrides
 * one method; our own plugins are tested by nothing else.
 */
module recurve.tck {
  requires static org.jspecify;
  requires transitive org.junit.jupiter.api;
  requires transitive recurve.core;
  requires com.microsoft.onnxruntime;
  requires recurve.io;

  exports recurve.tck;
}
