package recurve.tasks.seq2seq;

import java.util.Map;

class SequenceToSequenceBySamplingTckTest extends SequenceToSequenceTckTest {
  @Override
  protected Map<String, String> options() {
    return Map.of(
        "batch", "8",
        "embedding", "12",
        "tie", "true",
        "layers", "2",
        "dropout", "0.2",
        "attention", "multi-head",
        "sampling", "0.5",
        "sampling_ramp", "4",
        "target_level", "character");
  }
}
