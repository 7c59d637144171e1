/**
 * ONNX: graphs written so that other runtimes compute the same numbers.
 *
 * <p>Nobody implements anything here. The command line and the tasks hand {@link
 * recurve.io.onnx.OnnxExport} a graph, its weights and what to remember of the model.
 */
package recurve.io.onnx;
