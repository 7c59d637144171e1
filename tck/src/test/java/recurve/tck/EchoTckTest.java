package recurve.tck;

import java.util.List;
import recurve.task.Corpus;
import recurve.task.Task;

class EchoTckTest extends TaskTck {
  @Override
  protected Task task() {
    return new Echo();
  }

  @Override
  protected Corpus text() {
    return Corpus.lines(List.of("the task makes its own"));
  }
}
