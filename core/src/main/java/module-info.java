/**
 * The heart of Recurve: graphs, gradients, passes, and the interfaces of cells, tasks and backends.
 *
 * <p>Plugins require this module and no other of ours.
 */
module recurve.core {
  requires static org.jspecify;

  exports recurve.backend;
  exports recurve.cell;
  exports recurve.ir;
  exports recurve.option;
  exports recurve.plugin;
  exports recurve.task;
  exports recurve.train;
  exports recurve.transform;

  uses recurve.backend.Backend;
  uses recurve.cell.Cell;
  uses recurve.task.Subwords;
  uses recurve.task.Task;

  provides recurve.backend.Backend with
      recurve.backend.Reference;
}
