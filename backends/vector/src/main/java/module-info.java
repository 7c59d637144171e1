/**
 * Runs graphs in pure Java with the Vector API: the embedded default.
 *
 * <p>Exports nothing: the backend is found as a service under the name {@code vector}.
 */
module recurve.backend.vector {
  requires jdk.incubator.vector;
  requires recurve.core;
  requires static org.jspecify;

  provides recurve.backend.Backend with
      recurve.backend.vector.VectorBackend;
}
