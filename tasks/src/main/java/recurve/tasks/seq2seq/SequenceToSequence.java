package recurve.tasks.seq2seq;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import recurve.cell.Decoder;
import recurve.option.Option;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Subwords;
import recurve.task.Task;
import recurve.tasks.Embedding;
import recurve.tasks.Mean;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;

/** The task {@code seq2seq}: one sequence from another, as a translation from a sentence. */
public final class SequenceToSequence implements Task {
  /** Stands before the first symbol of a target; it is never predicted. */
  static final String START = "<s>";

  /** Stands after the last symbol of a target. */
  static final String END = "</s>";

  private final Supplier<Catalog<Subwords>> subwords;

  /** With the vocabularies of subwords that are on the module path. */
  public SequenceToSequence() {
    this(() -> Catalog.load(Subwords.class));
  }

  private SequenceToSequence(Supplier<Catalog<Subwords>> subwords) {
    this.subwords = subwords;
  }

  @Override
  public Task with(Catalog<Subwords> installed) {
    return new SequenceToSequence(() -> installed);
  }

  @Override
  public String name() {
    return "seq2seq";
  }

  @Override
  public List<Option<?>> options() {
    var all =
        new ArrayList<Option<?>>(
            List.of(
                Pairs.LONGEST,
                Vocabulary.MIN_COUNT,
                Vocabulary.MOST,
                Embedding.SIZE,
                Embedding.VECTORS,
                Embedding.FREEZE));
    all.addAll(Sides.options());
    all.addAll(Decoder.options());
    all.add(Bridge.KIND);
    all.addAll(Attention.options());
    all.addAll(List.of(Network.INPUT_FEED, Network.COVERAGE, Network.TIE));
    all.addAll(Loss.options());
    all.addAll(List.of(Mean.LOSS, Batches.BATCH, Batches.BATCH_TOKENS, Scores.SELECT));
    return all;
  }

  @Override
  public List<Option<?>> decoding() {
    return Predictions.options();
  }

  @Override
  public List<Option<?>> evaluating() {
    return Search.SCORED;
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    Decoder.check(options);
    var source = new Vocabulary.Counter();
    var target = new Vocabulary.Counter();
    Sides sides = Sides.of(options, subwords.get());
    new Pairs(options, sides)
        .read(
            train,
            pair -> {
              pair.source().forEach(source::add);
              pair.target().forEach(target::add);
            });
    if (target.isEmpty()) throw Texts.empty(train);
    Vocabulary x = source.top(options, List.of(Vocabulary.UNKNOWN));
    var words = new ArrayList<>(target.top(options, List.of(Vocabulary.UNKNOWN, END)).words());
    words.add(START); // the last, so that what is predicted is a range from zero
    return new Translator(options, sides, x, new Vocabulary(words), Embedding.begin(options, x));
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    Decoder.check(options);
    Sides sides = Sides.saved(options, vocabularies, subwords.get());
    Vocabulary source = Vocabulary.saved(vocabularies, Translator.SOURCE);
    Vocabulary target = Vocabulary.saved(vocabularies, Translator.TARGET);
    return new Translator(options, sides, source, target, Embedding.saved(options, source));
  }
}
