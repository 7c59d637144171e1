/** The backend in pure Java, on the Vector API. */
module recurve.backend.vector {
  requires recurve.core;
  requires jdk.incubator.vector;
}
