/**
 * Sequence to sequence: an encoder, a decoder, and attention between them.
 *
 * <p>{@link recurve.tasks.seq2seq.SequenceToSequence} implements the task and is found as a
 * service; the trainer and the command line call it through the interfaces of core.
 */
package recurve.tasks.seq2seq;
