package recurve.tasks.classify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Tensor;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Task;
import recurve.tasks.Faults;
import recurve.tasks.Imported;
import recurve.tasks.Pooling;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;
import recurve.tasks.Words;

/** The task {@code classify}: the label of each text, or its labels. */
public final class Classification implements Task {
  /** How many labels a text has. */
  public enum Labels {
    /** Exactly one: a softmax over all labels. */
    ONE,
    /** Any number, none too: a sigmoid for each label. */
    SEVERAL
  }

  static final Option<Labels> LABELS =
      Option.of("labels", Labels.ONE, "whether a text has one label or several");
  static final Option<Pooling> POOLING =
      Option.of("pooling", Pooling.LAST, "how the states of a text become one vector");
  static final Option<Double> THRESHOLD =
      Option.of("threshold", 0.5, "several labels: least probability of a label").range(0, 1);
  static final Option<Boolean> CHOOSE =
      Option.of("choose_threshold", true, "several labels: set threshold by the validation text");

  private static final List<Option<?>> OWN =
      List.of(
          Table.FORMAT,
          Table.HEADER,
          Table.LABEL_COLUMN,
          Table.TEXT_COLUMN,
          Table.SEPARATOR,
          Symbols.LEVEL,
          POOLING,
          Head.LAYERS,
          Head.UNITS,
          Head.DROPOUT,
          LABELS,
          ClassWeights.OPTION,
          THRESHOLD,
          CHOOSE,
          Faults.LENIENT,
          Batches.BATCH,
          Batches.BATCH_TOKENS);

  @Override
  public String name() {
    return "classify";
  }

  @Override
  public List<Option<?>> options() {
    var all = new ArrayList<>(Words.options());
    all.addAll(OWN);
    all.addAll(Imported.options());
    return all;
  }

  @Override
  public List<Option<?>> decoding() {
    return Labelling.OPTIONS;
  }

  @Override
  public List<Option<?>> evaluating() {
    return List.of(THRESHOLD);
  }

  /** Whether the validation text says which threshold is best. */
  static boolean choosesThreshold(Options options) {
    return options.get(LABELS) == Labels.SEVERAL && options.get(CHOOSE);
  }

  @Override
  public List<Option<?>> settled(Options options) {
    return choosesThreshold(options) ? List.of(THRESHOLD) : List.of();
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    if (choosesThreshold(options) && options.isSet(THRESHOLD)) {
      throw new OptionException(
          "option "
              + THRESHOLD
              + " is "
              + options.get(THRESHOLD)
              + " but the validation text is to choose it; leave it out, or set "
              + CHOOSE
              + " to false");
    }
    var faults = new Faults(options);
    var words = new Words.Counter(options);
    var labels = new Vocabulary.Counter();
    int[] texts = {0};
    new Table(options, faults)
        .labelled(
            train,
            entry -> {
              texts[0]++;
              entry.symbols().forEach(words::add);
              entry.labels().forEach(labels::add);
            });
    if (texts[0] == 0) throw Texts.empty(train);
    Vocabulary classes = labels.top(1, 0, List.of());
    refuseFew(options, train, classes);
    int[] counts = classes.words().stream().mapToInt(labels::count).toArray();
    Optional<Tensor> weights = ClassWeights.of(options, classes, texts[0], counts);
    return new Classifier(options, words.words(), classes, weights, faults, Optional.empty());
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
            + Table.LABEL_COLUMN
            + " the right column?");
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    return restore(options, vocabularies, Map.of());
  }

  @Override
  public Problem restore(
      Options options, Map<String, List<String>> vocabularies, Map<String, byte[]> files) {
    Words words = Words.saved(options, vocabularies, Classifier.SYMBOLS);
    Vocabulary classes = Vocabulary.saved(vocabularies, Classifier.LABELS);
    Optional<Imported> graph =
        Imported.of(options, files, Imported.Per.TEXT, classes.size(), words.vocabulary());
    return new Classifier(options, words, classes, Optional.empty(), new Faults(options), graph);
  }
}
