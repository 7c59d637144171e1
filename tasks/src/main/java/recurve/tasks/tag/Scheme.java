package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

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
      case BIO -> BIO;
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
