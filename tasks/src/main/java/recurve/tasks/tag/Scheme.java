package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import recurve.tasks.tag.Spans.Span;

/** How tags mark the spans that a sentence's words form (Ramshaw and Marcus 1995). */
enum Scheme {
  /** Tags that stand for themselves. */
  NONE(""),

  /** {@code I-} inside; {@code B-} only where a span follows another of its type. */
  IOB1("BI") {
    @Override
    boolean follows(String before, String after) {
      return !is("B", after) || (is("BI", before) && sameType(before, after));
    }
  },

  /** {@code B-} where a span begins, {@code I-} where it goes on. */
  BIO("BI") {
    @Override
    boolean follows(String before, String after) {
      return !is("I", after) || (is("BI", before) && sameType(before, after));
    }
  },

  /** As BIO, with {@code E-} where a span ends and {@code S-} for a span of one word. */
  BIOES("BIES") {
    @Override
    boolean follows(String before, String after) {
      boolean open = is("BI", before), goesOn = is("IE", after);
      return open == goesOn && (!open || sameType(before, after));
    }
  };

  /** What a user may ask for. */
  enum Choice {
    /** BIO or BIOES where all tags are of the kind, else none. */
    AUTO,
    NONE,
    IOB1,
    BIO,
    /** Another name of BIO. */
    IOB2,
    BIOES
  }

  /** What a user may have a model learn. */
  enum Learnt {
    /** The scheme of the text. */
    SAME,
    IOB1,
    BIO,
    /** Another name of BIO. */
    IOB2,
    BIOES
  }

  /** The tag of a word in no span. */
  static final String OUTSIDE = "O";

  private final String prefixes;

  Scheme(String prefixes) {
    this.prefixes = prefixes;
  }

  /** The scheme that was chosen, or that the tags seem to have. */
  static Scheme of(Choice choice, List<String> tags) {
    return switch (choice) {
      case AUTO -> {
        boolean spans = tags.stream().anyMatch(t -> is("B", t));
        if (spans && tags.stream().allMatch(BIO::has)) yield BIO;
        yield spans && tags.stream().allMatch(BIOES::has) ? BIOES : NONE;
      }
      case NONE -> NONE;
      case IOB1 -> IOB1;
      case BIO, IOB2 -> BIO;
      case BIOES -> BIOES;
    };
  }

  private boolean has(String tag) {
    return tag.equals(OUTSIDE) || is(prefixes, tag);
  }

  /**
   * Whether a tag may stand after another; {@link #OUTSIDE} stands before the first word and after
   * the last.
   */
  boolean follows(String before, String after) {
    return true;
  }

  /** The tags, and after them those that the scheme has for the types of the spans seen. */
  List<String> completed(List<String> tags) {
    var all = new LinkedHashSet<>(tags);
    for (String tag : tags) {
      if (!is(prefixes, tag)) continue;
      for (String prefix : prefixes.split("")) all.add(prefix + tag.substring(1));
    }
    return new ArrayList<>(all);
  }

  /** Of each type of span that the tags have one tag, and the tags that are in no span. */
  List<String> types(List<String> tags) {
    var all = new LinkedHashSet<String>();
    for (String tag : tags) all.add(is(prefixes, tag) ? "B" + tag.substring(1) : tag);
    return List.copyOf(all);
  }

  /** The tags of this scheme that mark some spans of a sentence, in its order. */
  List<String> marks(int length, List<Span> spans) {
    var tags = new ArrayList<>(Collections.nCopies(length, OUTSIDE));
    Span before = new Span("", 0, 0);
    for (Span span : spans) {
      for (int t = span.from(); t < span.to(); t++) tags.set(t, mark(span, t, before));
      before = span;
    }
    return tags;
  }

  private String mark(Span span, int t, Span before) {
    boolean first = t == span.from(), last = t == span.to() - 1;
    boolean adjoins = before.to() == span.from() && before.type().equals(span.type());
    String prefix =
        switch (this) {
          case NONE -> throw new IllegalStateException("no scheme marks spans");
          case IOB1 -> first && adjoins ? "B" : "I";
          case BIO -> first ? "B" : "I";
          case BIOES -> first && last ? "S" : first ? "B" : last ? "E" : "I";
        };
    return prefix + "-" + span.type();
  }

  private static boolean is(String prefixes, String tag) {
    return tag.length() > 2 && tag.charAt(1) == '-' && prefixes.indexOf(tag.charAt(0)) >= 0;
  }

  private static boolean sameType(String a, String b) {
    return a.substring(2).equals(b.substring(2));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
