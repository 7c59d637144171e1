package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Task;
import recurve.tasks.Embedding;
import recurve.tasks.Mean;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;

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
  static final Option<Boolean> CONSTRAINTS =
      Option.of("constraints", true, "never predict tags that break the scheme");
  static final Option<Unseen> UNSEEN =
      Option.of("unseen_tags", Unseen.REFUSE, "what becomes of a tag to evaluate that is unknown");
  static final Option<Boolean> LOWERCASE =
      Option.of("lowercase", false, "look words up in lower case");

  @Override
  public String name() {
    return "tag";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(
        Columns.FORMAT,
        Columns.WORD_COLUMN,
        Columns.TAG_COLUMN,
        LOWERCASE,
        Vocabulary.MIN_COUNT,
        Vocabulary.MOST,
        Embedding.SIZE,
        Embedding.VECTORS,
        Embedding.FREEZE,
        HEAD,
        SCHEME,
        CONSTRAINTS,
        UNSEEN,
        Mean.LOSS,
        Batches.BATCH);
  }

  @Override
  public List<Option<?>> decoding() {
    return List.of(Tagger.PROBABILITIES);
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    var words = new Vocabulary.Counter();
    var tags = new Vocabulary.Counter();
    var sentences = new ArrayList<Columns.Sentence>();
    new Columns(options)
        .tagged(
            train,
            sentence -> {
              sentences.add(sentence);
              sentence.words().forEach(w -> words.add(form(options, w)));
              sentence.tags().forEach(tags::add);
            });
    if (sentences.isEmpty()) throw Texts.empty(train);
    List<String> seen = tags.top(1, 0, List.of()).words();
    Scheme scheme = Scheme.of(options.get(SCHEME), seen);
    sentences.forEach(sentence -> check(sentence, scheme));
    Vocabulary v = words.top(options, List.of(Vocabulary.UNKNOWN));
    var all = new Vocabulary(scheme.completed(seen));
    return new Tagger(options, v, all, Embedding.begin(options, v));
  }

  /** A word as the vocabulary has it. */
  static String form(Options options, String word) {
    return options.get(LOWERCASE) ? word.toLowerCase(Locale.ROOT) : word;
  }

  private static void check(Columns.Sentence sentence, Scheme scheme) {
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
                + " to iob1 or none.");
      }
      before = tag;
    }
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    Vocabulary words = Vocabulary.saved(vocabularies, Tagger.WORDS);
    Vocabulary tags = Vocabulary.saved(vocabularies, Tagger.TAGS);
    return new Tagger(options, words, tags, Embedding.saved(options, words));
  }
}
