package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.List;

/**
 * The spans that tags mark, by the rules of conlleval (Tjong Kim Sang and Buchholz 2000): of any
 * scheme, and whether or not the tags keep to it.
 */
final class Spans {
  private Spans() {}

  /** Words {@code from} (inclusive) to {@code to} (exclusive) of a sentence. */
  record Span(String type, int from, int to) {}

  /** A tag's prefix and the type of its span, for example {@code B} and {@code NP}. */
  private record Mark(String prefix, String type) {
    static Mark of(String tag) {
      int dash = tag.indexOf('-');
      return dash < 0
          ? new Mark(tag, "")
          : new Mark(tag.substring(0, dash), tag.substring(dash + 1));
    }

    boolean is(String prefixes) {
      return prefix.length() == 1 && prefixes.contains(prefix);
    }

    /** Whether a span begins here, after that mark. */
    boolean begins(Mark before) {
      boolean other = !is("O.") && !type.equals(before.type);
      return other || is("BS") || (is("EI") && before.is("ESO"));
    }

    /** Whether a span ends here, before that mark. */
    boolean ends(Mark after) {
      boolean other = !is("O.") && !type.equals(after.type);
      return other || is("ES") || (is("BI") && after.is("BSO"));
    }
  }

  /** The spans of a sentence, in its order. */
  static List<Span> of(List<String> tags) {
    var spans = new ArrayList<Span>();
    Mark outside = new Mark(Scheme.OUTSIDE, ""), before = outside;
    int from = -1;
    for (int t = 0; t <= tags.size(); t++) {
      Mark mark = t < tags.size() ? Mark.of(tags.get(t)) : outside;
      if (from >= 0 && before.ends(mark)) {
        spans.add(new Span(before.type, from, t));
        from = -1;
      }
      if (mark.begins(before)) from = t;
      before = mark;
    }
    return spans;
  }
}
