/**
 * Tagging: a tag for each word of a sentence, by a softmax or a conditional random field.
 *
 * <p>{@link recurve.tasks.tag.Tagging} implements the task and is found as a service; the trainer
 * and the command line call it through the interfaces of core.
 */
package recurve.tasks.tag;
