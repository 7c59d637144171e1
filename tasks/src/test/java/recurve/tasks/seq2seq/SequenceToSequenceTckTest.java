package recurve.tasks.seq2seq;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import recurve.task.Corpus;
import recurve.task.Task;
import recurve.tck.TaskTck;

class SequenceToSequenceTckTest extends TaskTck {
  @Override
  protected Task task() {
    return new SequenceToSequence();
  }

  /** Numbers said in words, of one to four digits. */
  @Override
  protected Corpus text() {
    var words = List.of("null", "one", "two", "three");
    var random = new Random(7);
    var lines = new ArrayList<String>();
    for (int i = 0; i < 40; i++) {
      var source = new ArrayList<String>();
      var target = new ArrayList<String>();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        int digit = random.nextInt(4);
        source.add(words.get(digit));
        target.add(Integer.toString(digit));
      }
      lines.add(String.join(" ", source) + "\t" + String.join(" ", target));
    }
    return Corpus.lines(lines);
  }

  @Override
  protected Map<String, String> options() {
    return Map.of(
        "batch", "8",
        "embedding", "5",
        "bidirectional", "true",
        "coverage", "true",
        "coverage_loss", "0.3",
        "label_smoothing", "0.1");
  }
}
