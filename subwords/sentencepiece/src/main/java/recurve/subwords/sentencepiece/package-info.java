/**
 * Subwords by the SentencePiece library: unigram models and byte pair encoding. Implements {@link
 * recurve.task.Subwords}; tasks call it where a side of theirs is read by subwords.
 */
@NullMarked
package recurve.subwords.sentencepiece;

import org.jspecify.annotations.NullMarked;
