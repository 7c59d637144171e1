package recurve.tasks.seq2seq;

import java.util.Map;

class SequenceToSequenceWithoutAttentionTckTest extends SequenceToSequenceTckTest {
  @Override
  protected Map<String, String> options() {
    return Map.of(
        "batch", "8",
        "embedding", "5",
        "decoder_units", "9",
        "decoder_layers", "2",
        "attention", "none");
  }
}
