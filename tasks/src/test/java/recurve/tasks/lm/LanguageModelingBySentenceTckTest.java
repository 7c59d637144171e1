package recurve.tasks.lm;

import java.util.List;
import java.util.Map;
import recurve.task.Corpus;

/** Sentence by sentence, padded, and with tied weights, in place of parallel streams. */
class LanguageModelingBySentenceTckTest extends LanguageModelingTckTest {
  @Override
  protected Map<String, String> options() {
    return Map.of("batch", "4", "reading", "sentence", "tie", "true", "embedding", "5");
  }

  @Override
  protected Corpus input() {
    return Corpus.lines(List.of("the dog sat", "a cat"));
  }
}
