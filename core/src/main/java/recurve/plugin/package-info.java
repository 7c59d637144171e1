/**
 * Plugins by name: what is installed, found as services on the module path, the class path and in
 * plugin folders.
 *
 * <p>Cells, tasks and backends implement {@link recurve.plugin.Plugin} through their own
 * interfaces. The command line and every program that asks for a plugin by name calls {@link
 * recurve.plugin.Catalog}.
 */
package recurve.plugin;
