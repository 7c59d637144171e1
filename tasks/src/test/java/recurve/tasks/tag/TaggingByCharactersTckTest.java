package recurve.tasks.tag;

import java.util.Map;

/** Words by a recurrent layer over their characters, and the spans in another scheme. */
class TaggingByCharactersTckTest extends TaggingTckTest {
  @Override
  protected Map<String, String> options() {
    return Map.ofEntries(
        Map.entry("batch", "8"),
        Map.entry("embedding", "5"),
        Map.entry("head", "crf"),
        Map.entry("learnt_scheme", "bioes"),
        Map.entry("characters", "rnn"),
        Map.entry("character_embedding", "4"),
        Map.entry("character_units", "3"));
  }
}
