/**
 * Vocabularies of subwords by SentencePiece, an optional plugin with a native library.
 *
 * <p>Exports nothing: found as a service under the name {@code sentencepiece}.
 */
module recurve.subwords.sentencepiece {
  requires ai.djl.api;
  requires ai.djl.sentencepiece;
  requires recurve.core;
  requires static org.jspecify;

  provides recurve.task.Subwords with
      recurve.subwords.sentencepiece.SentencePiece;
}
