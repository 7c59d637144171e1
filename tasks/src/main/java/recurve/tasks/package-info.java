/**
 * What the tasks share: vocabularies, reading of text, embeddings.
 *
 * <p>Nothing here is implemented elsewhere; the tasks in the packages below call it.
 */
package recurve.tasks;
