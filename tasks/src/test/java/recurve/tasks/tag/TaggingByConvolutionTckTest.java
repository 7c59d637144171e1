package recurve.tasks.tag;

import java.util.Map;

/** Words by a convolution over their characters. */
class TaggingByConvolutionTckTest extends TaggingTckTest {
  @Override
  protected Map<String, String> options() {
    return Map.of(
        "batch", "8",
        "embedding", "5",
        "dropout_mask", "sequence",
        "input_dropout", "0.1",
        "characters", "cnn",
        "character_embedding", "4",
        "character_units", "6",
        "character_window", "4");
  }
}
