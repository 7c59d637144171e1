/**
 * Runs graphs in pure Java with the Vector API: the embedded default.
 *
 * <p>The backend is found as a service under the name {@code vector}. What is exported serves those
 * who bring a native library for the large products, {@link recurve.backend.vector.Gemm}.
 */
@SuppressWarnings("module") // recurve.backend.onednn is compiled later
module recurve.backend.vector {
  requires jdk.incubator.vector;
  requires recurve.core;
  requires static org.jspecify;

  exports recurve.backend.vector to
      recurve.backend.onednn;

  provides recurve.backend.Backend with
      recurve.backend.vector.VectorBackend;
}
