/**
 * Options: typed, named, documented, and saved with a model.
 *
 * <p>Cells, tasks, layers and the trainer declare them; nobody implements anything here. The
 * command line, configuration files, help texts and checkpoints all read the one declaration.
 */
package recurve.option;
