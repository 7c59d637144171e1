package recurve.tasks.tag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.tasks.tag.Spans.Span;

class SchemeTest {
  /** Two spans of one type side by side, one of another, by the definition of each scheme. */
  @ParameterizedTest
  @CsvSource({
    "IOB1, I-x I-x B-x O I-y I-y I-y B-y",
    "BIO, B-x I-x B-x O B-y I-y I-y B-y",
    "BIOES, B-x E-x S-x O B-y I-y E-y S-y"
  })
  void marksAnExample(Scheme scheme, String tags) {
    List<Span> spans =
        List.of(new Span("x", 0, 2), new Span("x", 2, 3), new Span("y", 4, 7), new Span("y", 7, 8));
    assertEquals(List.of(tags.split(" ")), scheme.marks(8, spans));
    assertEquals(spans, Spans.of(List.of(tags.split(" "))));
  }

  /** Whatever spans there are, each scheme marks them so that they are found again. */
  @Test
  void whatIsMarkedIsFound() {
    var random = new Random(3);
    for (int i = 0; i < 1000; i++) {
      int length = 1 + random.nextInt(12);
      var spans = new ArrayList<Span>();
      for (int from = random.nextInt(3); from < length; from += random.nextInt(3)) {
        int to = Math.min(length, from + 1 + random.nextInt(3));
        spans.add(new Span(random.nextBoolean() ? "x" : "y-z", from, to));
        from = to;
      }
      for (Scheme scheme : List.of(Scheme.IOB1, Scheme.BIO, Scheme.BIOES)) {
        List<String> tags = scheme.marks(length, spans);
        assertEquals(spans, Spans.of(tags), scheme + ": " + tags);
        String before = Scheme.OUTSIDE;
        for (String tag : tags) {
          assertTrue(scheme.follows(before, tag), scheme + ": " + tags);
          before = tag;
        }
        for (Scheme other : List.of(Scheme.IOB1, Scheme.BIO, Scheme.BIOES)) {
          List<String> there = other.marks(length, Spans.of(tags));
          assertEquals(tags, scheme.marks(length, Spans.of(there)));
        }
      }
    }
  }

  @Test
  void aModelMayLearnAnotherSchemeThanTheText() {
    Options options = Options.of(new Tagging().options());
    Options bioes = options.with(Tagging.LEARNT_SCHEME, Scheme.Learnt.BIOES);
    Tags tags = Tags.of(bioes, List.of("O", "B-x", "I-x", "B-y"));
    assertEquals(
        List.of("O", "B-x", "I-x", "E-x", "S-x", "B-y", "I-y", "E-y", "S-y"),
        tags.learnt().words().stream().sorted(byType()).toList());
    assertEquals(
        List.of("S-x", "O", "B-x", "E-x"), tags.toLearnt(List.of("B-x", "O", "B-x", "I-x")));
    assertEquals(List.of("B-x", "O", "B-x", "I-x"), tags.toText(List.of("S-x", "O", "B-x", "E-x")));
    assertEquals(List.of("S-x", "B-w"), tags.toLearnt(List.of("B-x", "B-w")), "unknown: as it is");
    Tags again = Tags.saved(bioes, tags.vocabularies());
    assertEquals(tags.learnt().words(), again.learnt().words());
    assertEquals(Scheme.BIO, again.scheme());
    assertEquals(Scheme.BIOES, again.learntScheme());
    assertThrows(OptionException.class, () -> Tags.of(bioes, List.of("NOUN", "VERB")));
    assertEquals(List.of("O", "B-x", "I-x"), Tags.of(options, List.of("O", "B-x")).text().words());
  }

  private static java.util.Comparator<String> byType() {
    return java.util.Comparator.<String, String>comparing(
            tag -> tag.length() < 3 ? "" : tag.substring(2))
        .thenComparing(tag -> "OBIES".indexOf(tag.charAt(0)));
  }
}
