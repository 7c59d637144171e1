/**
 * Model folders on disk: weights, vocabularies, options, and the state from which training resumes.
 *
 * <p>Nobody implements anything here. The trainer commits snapshots to a {@link
 * recurve.io.checkpoint.ModelFolder}; every command that uses a model reads one from it.
 */
package recurve.io.checkpoint;
