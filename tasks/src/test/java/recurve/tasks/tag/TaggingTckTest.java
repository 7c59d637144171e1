package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import recurve.task.Corpus;
import recurve.task.Task;
import recurve.tck.TaskTck;

class TaggingTckTest extends TaskTck {
  @Override
  protected Task task() {
    return new Tagging();
  }

  /** Nouns and verbs of the same spelling, told apart by the word before. */
  @Override
  protected Corpus text() {
    var random = new Random(7);
    var lines = new ArrayList<String>();
    for (int i = 0; i < 40; i++) {
      noun(random, lines);
      lines.add((random.nextBoolean() ? "saw" : "cut") + " B-VP");
      if (random.nextBoolean()) noun(random, lines);
      lines.add("");
    }
    return Corpus.lines(lines);
  }

  private static void noun(Random random, List<String> lines) {
    lines.add("the B-NP");
    if (random.nextInt(3) == 0) lines.add("old I-NP");
    lines.add((random.nextBoolean() ? "saw" : "cut") + " I-NP");
  }

  @Override
  protected Map<String, String> options() {
    return Map.of("batch", "8", "embedding", "5", "head", "crf", "bidirectional", "true");
  }
}
