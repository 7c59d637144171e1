package recurve.tasks.classify;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Task;
import recurve.tasks.Embedding;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;

/** The task {@code classify}: the label of each text, or its labels. */
public final class Classification implements Task {
  /** How many labels a text has. */
  public enum Labels {
    /** Exactly one: a softmax over all labels. */
    ONE,
    /** Any number, none too: a sigmoid for each label. */
    SEVERAL
  }

  /** What a training text counts in the loss. */
  public enum Weights {
    /** As much as any other. */
    EQUAL,
    /** The less the more texts have its label, so that all labels count the same. */
    BALANCED
  }

  static final Option<Labels> LABELS =
      Option.of("labels", Labels.ONE, "whether a text has one label or several");
  static final Option<Weights> CLASS_WEIGHTS =
      Option.of("class_weights", Weights.EQUAL, "whether rare labels count more in the loss");
  static final Option<Pooling> POOLING =
      Option.of("pooling", Pooling.LAST, "how the states of a text become one vector");
  static final Option<Double> THRESHOLD =
      Option.of("threshold", 0.5, "several labels: least probability of a label").range(0, 1);

  @Override
  public String name() {
    return "classify";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(
        Examples.FORMAT,
        Examples.HEADER,
        Examples.LABEL_COLUMN,
        Examples.TEXT_COLUMN,
        Examples.SEPARATOR,
        Symbols.LEVEL,
        Vocabulary.MIN_COUNT,
        Vocabulary.MOST,
        Embedding.SIZE,
        Embedding.VECTORS,
        Embedding.FREEZE,
        POOLING,
        Head.LAYERS,
        Head.UNITS,
        Head.DROPOUT,
        LABELS,
        CLASS_WEIGHTS,
        THRESHOLD,
        Batches.BATCH);
  }

  @Override
  public List<Option<?>> decoding() {
    return Labelling.OPTIONS;
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    var symbols = new Vocabulary.Counter();
    var labels = new Vocabulary.Counter();
    int[] texts = {0};
    new Examples(options)
        .labelled(
            train,
            example -> {
              texts[0]++;
              example.symbols().forEach(symbols::add);
              example.labels().forEach(labels::add);
            });
    if (texts[0] == 0) throw Texts.empty(train);
    Vocabulary words = symbols.top(options, List.of(Vocabulary.UNKNOWN));
    Vocabulary classes = labels.top(1, 0, List.of());
    refuseFew(options, train, classes);
    int[] counts = classes.words().stream().mapToInt(labels::count).toArray();
    return new Classifier(
        options,
        words,
        classes,
        Embedding.begin(options, words),
        Optional.of(ClassWeights.balanced(options.get(LABELS), texts[0], counts)));
  }

  private static void refuseFew(Options options, Corpus train, Vocabulary classes) {
    int least = options.get(LABELS) == Labels.ONE ? 2 : 1;
    if (classes.size() >= least) return;
    String found = classes.size() == 0 ? "no label" : "the label '" + classes.word(0) + "' only";
    throw Texts.bad(
        train,
        "there is "
            + found
            + "; expected at least "
            + (least == 1 ? "one" : "two")
            + ". Is "
            + Examples.LABEL_COLUMN
            + " the right column?");
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    Vocabulary words = Vocabulary.saved(vocabularies, Classifier.SYMBOLS);
    Vocabulary classes = Vocabulary.saved(vocabularies, Classifier.LABELS);
    Embedding embedding = Embedding.saved(options, words);
    return new Classifier(options, words, classes, embedding, Optional.empty());
  }
}
