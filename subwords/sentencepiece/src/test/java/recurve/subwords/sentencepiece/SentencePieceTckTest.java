package recurve.subwords.sentencepiece;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import recurve.task.Subwords;
import recurve.tck.SubwordsTck;

class SentencePieceTckTest extends SubwordsTck {
  @Override
  protected Subwords subwords() {
    return new SentencePiece();
  }

  @Override
  protected List<byte[]> files() {
    try {
      return List.of(SentencePieceTest.file("unigram.model"), SentencePieceTest.file("bpe.model"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
