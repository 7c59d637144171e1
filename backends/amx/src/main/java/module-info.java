/**
 * Runs graphs as the backend {@code vector} does, with the large products computed by the matrix
 * tiles of Intel's processors.
 *
 * <p>Exports nothing: the backend is found as a service under the name {@code amx}.
 */
module recurve.backend.amx {
  requires jdk.incubator.vector;
  requires recurve.backend.vector;
  requires recurve.core;
  requires static org.jspecify;

  provides recurve.backend.Backend with
      recurve.backend.amx.AmxBackend;
}
