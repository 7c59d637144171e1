/**
 * The cells that come with Recurve, each its equations and nothing else.
 *
 * <p>They implement {@link recurve.cell.Cell} and are found as services; nobody calls them by
 * class.
 */
package recurve.cells;
