/**
 * What is done to graphs: the gradient, and the passes that make loops fast.
 *
 * <p>Nobody implements anything here; each transformation is a function from graph to graph that
 * keeps values. The trainer, the exporter and the tests' kit call {@link
 * recurve.transform.Gradient} first and passes after it.
 */
package recurve.transform;
