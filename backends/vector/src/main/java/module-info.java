/**
 * Runs graphs in pure Java with the Vector API: the embedded default.
 *
 * <p>The backend is found as a service under the name {@code vector}. What is exported serves those
 * who compute the large products in another way, {@link recurve.backend.vector.Gemm}.
 */
@SuppressWarnings("module") // those it exports to are compiled later
module recurve.backend.vector {
  requires jdk.incubator.vector;
  requires recurve.core;
  requires static org.jspecify;

  exports recurve.backend.vector to
      recurve.backend.amx,
      recurve.backend.onednn;

  provides recurve.backend.Backend with
      recurve.backend.vector.VectorBackend;
}
