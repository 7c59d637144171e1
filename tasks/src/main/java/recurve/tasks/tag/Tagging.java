package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Task;
import recurve.tasks.Faults;
import recurve.tasks.Features;
import recurve.tasks.Imported;
import recurve.tasks.Mean;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;
import recurve.tasks.Words;

/** The task {@code tag}: a tag for each word. */
public final class Tagging implements Task {
  /** What makes tags of states. */
  public enum Head {
    /** Each tag by itself. */
    SOFTMAX,
    /** All tags of a sentence together: a linear-chain conditional random field. */
    CRF
  }

  /** What becomes of a tag that was not in the training text, in a text to evaluate. */
  public enum Unseen {
    /** It is an error that names the line. */
    REFUSE,
    /** It counts as a tag that is wrong, and as no span. */
    WRONG
  }

  static final Option<Head> HEAD =
      Option.of("head", Head.SOFTMAX, "each tag by itself, or all of a sentence together");
  static final Option<Scheme.Choice> SCHEME =
      Option.of("scheme", Scheme.Choice.AUTO, "how tags mark spans; auto goes by the tags");
  static final Option<Scheme.Learnt> LEARNT_SCHEME =
      Option.of("learnt_scheme", Scheme.Learnt.SAME, "scheme to learn; scored as in the text");
  static final Option<Boolean> CONSTRAINTS =
      Option.of("constraints", true, "never predict tags that break the scheme");
  static final Option<Unseen> UNSEEN =
      Option.of("unseen_tags", Unseen.REFUSE, "what becomes of a tag to evaluate that is unknown");

  private static final List<Option<?>> OWN =
      List.of(
          Columns.FORMAT,
          Columns.WORD_COLUMN,
          Columns.TAG_COLUMN,
          Columns.FEATURES,
          Features.SIZE,
          HEAD,
          SCHEME,
          LEARNT_SCHEME,
          CONSTRAINTS,
          UNSEEN,
          Faults.LENIENT,
          Mean.LOSS,
          Batches.BATCH,
          Batches.BATCH_TOKENS);

  @Override
  public String name() {
    return "tag";
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
    return List.of(Tagger.PROBABILITIES, Tagger.NBEST);
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    var words = new Words.Counter(options);
    var tags = new Vocabulary.Counter();
    var faults = new Faults(options);
    var columns = new Columns(options, faults);
    // read twice: the scheme is known when all tags are
    var seen = new LinkedHashSet<String>();
    columns.tagged(train, sentence -> seen.addAll(sentence.tags()));
    if (seen.isEmpty()) throw Texts.empty(train);
    Scheme scheme = Scheme.of(options.get(SCHEME), List.copyOf(seen));
    Faults.Reading reading = faults.reading();
    columns.tagged(
        train,
        sentence -> {
          if (!reading.part(() -> check(sentence, scheme))) return;
          sentence.words().forEach(words::add);
          words.addFeatures(sentence.features());
          sentence.tags().forEach(tags::add);
        });
    reading.tell();
    if (tags.isEmpty()) throw Texts.empty(train);
    Tags all = Tags.of(options, tags.top(1, 0, List.of()).words());
    return new Tagger(options, words.words(), all, faults, Optional.empty());
  }

  /** Refuses a sentence whose tags break a scheme. */
  static void check(Columns.Sentence sentence, Scheme scheme) {
    String before = Scheme.OUTSIDE;
    for (int i = 0; i <= sentence.size(); i++) {
      String tag = i < sentence.size() ? sentence.tags().get(i) : Scheme.OUTSIDE;
      if (!scheme.follows(before, tag)) {
        throw sentence.problem(
            Math.min(i, sentence.size() - 1),
            "the tag "
                + (i < sentence.size() ? tag : "at the end")
                + " after "
                + before
                + " breaks the scheme "
                + scheme
                + ". Correct it, or set "
                + SCHEME
                + " to iob1 or none, or lenient to leave such sentences out.");
      }
      before = tag;
    }
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    return restore(options, vocabularies, Map.of());
  }

  @Override
  public Problem restore(
      Options options, Map<String, List<String>> vocabularies, Map<String, byte[]> files) {
    Words words = Words.saved(options, vocabularies, Tagger.WORDS);
    Tags tags = Tags.saved(options, vocabularies);
    int labels = tags.learnt().size();
    Optional<Imported> graph =
        Imported.of(options, files, Imported.Per.WORD, labels, words.vocabulary());
    return new Tagger(options, words, tags, new Faults(options), graph);
  }
}
