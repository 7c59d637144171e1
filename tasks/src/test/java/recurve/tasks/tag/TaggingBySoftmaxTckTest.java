package recurve.tasks.tag;

import java.util.Map;

/** Each tag by itself, in place of a chain of tags. */
class TaggingBySoftmaxTckTest extends TaggingTckTest {
  @Override
  protected Map<String, String> options() {
    return Map.of("batch", "8", "embedding", "5", "head", "softmax", "dropout", "0.1");
  }
}
