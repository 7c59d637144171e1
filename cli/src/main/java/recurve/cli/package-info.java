/**
 * The command line: every command, and the one place where plugins are wired to what uses them.
 *
 * <p>Each command implements {@link recurve.cli.Command}; a new one is a class and a line in {@link
 * recurve.cli.Wiring}. Users call {@link recurve.cli.Main}; nothing else depends on this package.
 */
package recurve.cli;
