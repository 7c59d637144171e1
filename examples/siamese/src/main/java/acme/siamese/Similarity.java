package acme.siamese;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Task;

/**
 * The task {@code similarity}: whether two sentences say the same. A line is {@code 1} or {@code
 * 0}, and two sentences, between tabs; to predict, the first may be left out.
 */
public final class Similarity implements Task {
  static final Option<Integer> EMBEDDING =
      Option.of("embedding", 32, "width of word vectors").range(1, 10_000);
  static final String WORDS = "words", UNKNOWN = "<unk>";

  @Override
  public String name() {
    return "similarity";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(EMBEDDING, Batches.BATCH);
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    var seen = new TreeSet<String>();
    for (Pair pair : Pair.read(train)) {
      seen.addAll(pair.first());
      seen.addAll(pair.second());
    }
    seen.remove(UNKNOWN);
    var words = new ArrayList<>(List.of(UNKNOWN));
    words.addAll(seen);
    return new Siamese(options, words);
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    List<String> words = vocabularies.get(WORDS);
    if (words == null) throw new OptionException("the model has no vocabulary '" + WORDS + "'");
    return new Siamese(options, words);
  }
}
