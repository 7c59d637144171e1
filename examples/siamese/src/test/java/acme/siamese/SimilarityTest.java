package acme.siamese;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import recurve.task.Corpus;
import recurve.task.Task;
import recurve.tck.TaskTck;

class SimilarityTest extends TaskTck {
  @Override
  protected Task task() {
    return new Similarity();
  }

  @Override
  protected Corpus text() {
    try {
      return Corpus.lines(Files.readAllLines(Path.of("train.tsv")).subList(0, 60));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Map<String, String> options() {
    return Map.of("batch", "8", "embedding", "6", "epochs", "8");
  }
}
