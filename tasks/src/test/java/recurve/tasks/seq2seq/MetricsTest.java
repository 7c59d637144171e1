package recurve.tasks.seq2seq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Report;
import recurve.task.Subwords;
import recurve.tasks.EditDistance;

/** Goldens computed by hand from the definitions. */
class MetricsTest {
  private static double bleu(String... saidAndReference) {
    var bleu = new Bleu();
    for (int i = 0; i < saidAndReference.length; i += 2) {
      bleu.add(saidAndReference[i], saidAndReference[i + 1]);
    }
    return bleu.score();
  }

  private static double chrf(String said, String reference) {
    var chrf = new Chrf();
    chrf.add(said, reference);
    return chrf.score();
  }

  @Test
  void bleuOfOneSentence() {
    // right: the cat, on, the mat: 5 of 6; the cat, on the, the mat: 3 of 5; on the mat: 1 of 4;
    // none of three 4-grams, which counts as half of one: 1 of 6. (5/6 · 3/5 · 1/4 · 1/6)^(1/4)
    String said = "the cat sat on the mat", reference = "the cat is on the mat";
    assertEquals(37.9918, bleu(said, reference), 1e-4);
    assertEquals(100, bleu(reference, reference), 1e-9);
    assertEquals(0, bleu("a b c d", "e f g h"), 0);
    assertEquals(0, bleu("", reference), 0);
  }

  @Test
  void bleuCountsAWordNoOftenerThanTheReferenceHasIt() {
    // p1 = 2/7, and of 6, 5, 4 longer n-grams none: half, a quarter, an eighth of one
    // (2/7 · 1/12 · 1/20 · 1/32)^(1/4)
    String said = "the the the the the the the", reference = "the cat is on the mat";
    assertEquals(100 * Math.pow(2.0 / 7 / 12 / 20 / 32, 0.25), bleu(said, reference), 1e-9);
  }

  @Test
  void bleuOfAShortTextIsLessByTheBrevityPenalty() {
    // every n-gram is right; 4 tokens for 6: exp(1 - 6/4) = 0.60653
    assertEquals(60.6531, bleu("the cat is on", "the cat is on the mat"), 1e-4);
    // too few tokens for a 4-gram: its precision is 0, and nothing smooths what has no total
    assertEquals(0, bleu("the cat is", "the cat is on the mat"), 0);
  }

  @Test
  void bleuOfATextSumsItsCounts() {
    // the sentences above: 9 of 10, 6 of 8, 3 of 6, 1 of 4; 10 tokens for 12: exp(-0.2)
    // 0.818731 · (0.9 · 0.75 · 0.5 · 0.25)^(1/4) = 0.818731 · 0.538955
    double both =
        bleu(
            "the cat sat on the mat", "the cat is on the mat",
            "the cat is on", "the cat is on the mat");
    assertEquals(44.1259, both, 1e-3);
  }

  @Test
  void tokensAreThoseOfMteval13a() {
    assertEquals(
        List.of(
            "Hello", ",", "world", "!", "It's", "3.14", ",", "e", ".", "g", ".", "1", "-", "2",
            "."),
        Bleu.tokens("Hello, world! It's 3.14, e.g. 1-2."));
    assertEquals(
        List.of("\"", "a", "&", "b", "\"", "<", "x", "/", "y", ">", "well-known"),
        Bleu.tokens("&quot;a &amp; b&quot; &lt;x/y&gt; <skipped>well-known"));
  }

  @Test
  void chrfOfAWord() {
    // characters 2 of 3, pairs 1 of 2, triples 0 of 1, for precision and recall: mean 0.38889
    assertEquals(100 * 7.0 / 18, chrf("abc", "abd"), 1e-9);
    // precision 1 and 1; recall 2/4 and 1/3, mean 5/12; 5 P R / (4 P + R)
    assertEquals(100 * (25.0 / 12) / (4 + 5.0 / 12), chrf("ab", "abcd"), 1e-9);
    assertEquals(100, chrf("a b c", "ab c"), 1e-9); // spaces do not count
    assertEquals(0, chrf("x", "y"), 0);
    assertEquals(0, chrf("", "y"), 0);
  }

  @Test
  void editsAreTheFewestThereAre() {
    assertEquals(3, EditDistance.of(letters("kitten"), letters("sitting")));
    var random = new Random(3);
    for (int i = 0; i < 200; i++) {
      List<Integer> a = numbers(random), b = numbers(random);
      assertEquals(fewest(a, b), EditDistance.of(a, b), a + " " + b);
    }
  }

  private static List<Integer> letters(String word) {
    return word.chars().boxed().toList();
  }

  private static List<Integer> numbers(Random random) {
    return IntStream.range(0, random.nextInt(6)).mapToObj(i -> random.nextInt(3)).toList();
  }

  /** By trying every edit at the first place where the sequences differ. */
  private static int fewest(List<Integer> a, List<Integer> b) {
    if (a.isEmpty() || b.isEmpty()) return a.size() + b.size();
    List<Integer> restA = a.subList(1, a.size()), restB = b.subList(1, b.size());
    if (a.get(0).equals(b.get(0))) return fewest(restA, restB);
    return 1 + Math.min(fewest(restA, restB), Math.min(fewest(restA, b), fewest(a, restB)));
  }

  @Test
  void theReportHasThemAll() {
    var options = Options.of(List.of(Sides.SOURCE_LEVEL, Sides.TARGET_LEVEL, Pairs.LONGEST));
    Sides sides = Sides.of(options, Catalog.of(Subwords.class, List.of()));
    var scores = new Scores(new Pairs(options, sides), Scores.Figure.SYMBOL_ERROR_RATE);
    scores.add(List.of("the", "cat", "is", "on"), "the cat is on the mat");
    scores.add(List.of("a", "b", "c", "d"), "a b c d");
    Report report = scores.report(Map.of("nll", 1.0));
    assertEquals(2, report.get("sentences"));
    assertEquals(1, report.get("nll"));
    assertEquals(50, report.get("exact_match"));
    assertEquals(50, report.get("sequence_error_rate"));
    assertEquals(20, report.get("symbol_error_rate")); // 2 edits of 10 symbols
    assertEquals(100 * Math.exp(1 - 10.0 / 8), report.get("bleu"), 1e-9);
    assertEquals("symbol_error_rate", report.selected());
    assertEquals(20, report.cost());
    assertEquals(
        List.of(Bleu.SIGNATURE, Chrf.SIGNATURE),
        report.tables().stream().map(t -> t.rows().keySet().iterator().next()).toList());
  }
}
