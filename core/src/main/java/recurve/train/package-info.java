/**
 * Training: the step as one graph, optimisers, schedules, and what is kept of a run.
 *
 * <p>Nobody implements anything here but {@link recurve.train.Listener}. The command line and Java
 * programs call {@link recurve.train.Trainer}.
 */
package recurve.train;
