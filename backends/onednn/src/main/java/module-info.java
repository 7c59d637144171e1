/**
 * Runs graphs as the backend {@code vector} does, with the large products computed by oneDNN.
 *
 * <p>Exports nothing: the backend is found as a service under the name {@code onednn}.
 */
module recurve.backend.onednn {
  requires jdk.incubator.vector;
  requires recurve.backend.vector;
  requires recurve.core;
  requires static org.jspecify;

  provides recurve.backend.Backend with
      recurve.backend.onednn.OnednnBackend;
}
