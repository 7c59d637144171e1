package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.tasks.Vocabulary;

/**
 * The tags of a text, and those that a model learns: they mark the same spans, but may do so in
 * another scheme (Ratinov and Roth 2009 found that BIOES is learnt better than BIO).
 *
 * @param text what stands in the text
 * @param scheme of the text
 * @param learnt what the model tells apart
 * @param learntScheme of what is learnt
 */
record Tags(Vocabulary text, Scheme scheme, Vocabulary learnt, Scheme learntScheme) {
  private static final String TAGS = "tags", TEXT_TAGS = "text-tags";

  /**
   * The tags of a training text.
   *
   * @throws OptionException if another scheme is asked for of tags that mark no spans
   */
  static Tags of(Options options, List<String> seen) {
    Scheme scheme = Scheme.of(options.get(Tagging.SCHEME), seen);
    var text = new Vocabulary(scheme.completed(seen));
    Scheme other = other(options, scheme);
    if (other == scheme) return new Tags(text, scheme, text, scheme);
    if (scheme == Scheme.NONE) {
      throw new OptionException(
          "option "
              + Tagging.LEARNT_SCHEME
              + " is "
              + other
              + " but the tags ("
              + text.listed()
              + ") mark no spans by a scheme; leave it out, or set "
              + Tagging.SCHEME);
    }
    var learnt = new Vocabulary(other.completed(scheme.types(text.words())));
    return new Tags(text, scheme, learnt, other);
  }

  /** The tags of a model that was saved. */
  static Tags saved(Options options, Map<String, List<String>> all) {
    Vocabulary learnt = Vocabulary.saved(all, TAGS);
    boolean another = all.containsKey(TEXT_TAGS);
    Vocabulary text = another ? Vocabulary.saved(all, TEXT_TAGS) : learnt;
    Scheme scheme = Scheme.of(options.get(Tagging.SCHEME), text.words());
    return new Tags(text, scheme, learnt, another ? other(options, scheme) : scheme);
  }

  private static Scheme other(Options options, Scheme scheme) {
    return switch (options.get(Tagging.LEARNT_SCHEME)) {
      case SAME -> scheme;
      case IOB1 -> Scheme.IOB1;
      case BIO, IOB2 -> Scheme.BIO;
      case BIOES -> Scheme.BIOES;
    };
  }

  Map<String, List<String>> vocabularies() {
    var all = new LinkedHashMap<String, List<String>>();
    all.put(TAGS, learnt.words());
    if (converts()) all.put(TEXT_TAGS, text.words());
    return all;
  }

  /** Whether the model learns another scheme than the text's. */
  boolean converts() {
    return scheme != learntScheme;
  }

  /** A sentence's tags as the model learns them; a tag that is unknown stays as it is. */
  List<String> toLearnt(List<String> tags) {
    return converts() ? converted(tags, text, learntScheme) : tags;
  }

  /** A sentence's tags as they stand in a text. */
  List<String> toText(List<String> tags) {
    return converts() ? converted(tags, learnt, scheme) : tags;
  }

  private static List<String> converted(List<String> tags, Vocabulary known, Scheme to) {
    var own = new ArrayList<String>();
    for (String tag : tags) own.add(known.contains(tag) ? tag : Scheme.OUTSIDE);
    List<String> converted = to.marks(own.size(), Spans.of(own));
    for (int t = 0; t < own.size(); t++) {
      if (!known.contains(tags.get(t))) converted.set(t, tags.get(t));
    }
    return converted;
  }
}
