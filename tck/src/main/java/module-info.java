/** The kit that authors of cells, backends and tasks extend. */
module recurve.tck {
  requires recurve.core;
}
