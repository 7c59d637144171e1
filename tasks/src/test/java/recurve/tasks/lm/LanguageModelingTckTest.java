package recurve.tasks.lm;

import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import recurve.task.Corpus;
import recurve.task.Task;
import recurve.tck.TaskTck;

class LanguageModelingTckTest extends TaskTck {
  @Override
  protected Task task() {
    return new LanguageModeling();
  }

  @Override
  protected Corpus text() {
    var random = new Random(3);
    var lines = new ArrayList<String>();
    for (int i = 0; i < 40; i++) {
      lines.add(random.nextBoolean() ? "the cat sat on the mat" : "a dog ran in the park today");
    }
    return Corpus.lines(lines);
  }

  @Override
  protected Map<String, String> options() {
    return Map.of("batch", "4", "bptt", "7", "embedding", "5", "dropout", "0.2");
  }
}
