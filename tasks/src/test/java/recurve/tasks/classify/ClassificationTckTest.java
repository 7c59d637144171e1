package recurve.tasks.classify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import recurve.task.Corpus;
import recurve.task.Task;
import recurve.tck.TaskTck;

class ClassificationTckTest extends TaskTck {
  @Override
  protected Task task() {
    return new Classification();
  }

  /** Which of two words comes first, among others. */
  @Override
  protected Corpus text() {
    var random = new Random(5);
    var lines = new ArrayList<String>();
    for (int i = 0; i < 60; i++) {
      boolean rise = random.nextBoolean();
      var words = new ArrayList<String>(List.of(rise ? "low" : "high", rise ? "high" : "low"));
      for (int fill = random.nextInt(4); fill > 0; fill--) {
        words.add(random.nextInt(words.size() + 1), "then");
      }
      lines.add((rise ? "rise" : "fall") + "\t" + String.join(" ", words));
    }
    return Corpus.lines(lines);
  }

  @Override
  protected Corpus input() {
    return Corpus.lines(List.of("low then high", "high low"));
  }

  @Override
  protected Map<String, String> options() {
    return Map.of("batch", "8", "embedding", "5", "epochs", "6", "dropout", "0.1");
  }
}
