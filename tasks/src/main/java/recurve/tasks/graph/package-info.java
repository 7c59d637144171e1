/**
 * The task {@code graph}: an imported graph that computes its own loss, from arrays.
 *
 * <p>Nobody implements anything here. The catalog of tasks finds {@link
 * recurve.tasks.graph.GraphTask}; nothing else is for others to call.
 */
package recurve.tasks.graph;
