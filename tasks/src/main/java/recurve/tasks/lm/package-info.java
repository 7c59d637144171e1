/**
 * Language modelling: the probability of each word or character given those before it.
 *
 * <p>{@link recurve.tasks.lm.LanguageModeling} implements the task and is found as a service; the
 * trainer and the command line call it through the interfaces of core.
 */
package recurve.tasks.lm;
