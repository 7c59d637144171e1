/**
 * The graph: a closed family of operations over typed values with symbolic dimensions.
 *
 * <p>Nobody implements anything here; it is data. Cells, tasks and passes build graphs with {@link
 * recurve.ir.Value} and {@link recurve.ir.Ops}; backends and exporters read them.
 */
package recurve.ir;
