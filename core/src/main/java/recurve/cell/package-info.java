/**
 * Cells, and the loops around them.
 *
 * <p>A cell's author implements {@link recurve.cell.Cell}: one time step as equations. Tasks call
 * {@link recurve.cell.Layer} to run cells over sequences, stacked, reversed, masked or dropped out.
 */
package recurve.cell;
