/**
 * Tasks: what text is turned into, what is minimised, and what is read from the outputs.
 *
 * <p>A task's author implements {@link recurve.task.Task} and {@link recurve.task.Problem}. The
 * trainer and the command line call them; nothing here knows a cell, an optimiser or a backend.
 */
package recurve.task;
