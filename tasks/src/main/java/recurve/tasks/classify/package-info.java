/**
 * Classification: one label, or several, for each text.
 *
 * <p>{@link recurve.tasks.classify.Classification} implements the task and is found as a service;
 * the trainer and the command line call it through the interfaces of core.
 */
package recurve.tasks.classify;
