/**
 * The heart of Recurve: graphs, gradients, passes, and the interfaces of cells, tasks and backends.
 *
 * <p>Plugins require this module and no other of ours.
 */
module recurve.core {
  requires static org.jspecify;

  exports recurve.backend;
  exports recurve.ir;

  uses recurve.backend.Backend;

  provides recurve.backend.Backend with
      recurve.backend.Reference;
}
