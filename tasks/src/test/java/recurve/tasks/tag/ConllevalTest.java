package recurve.tasks.tag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import recurve.ir.DType;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Objective;
import recurve.task.Report;
import recurve.tasks.Example;
import recurve.tasks.Rows;
import recurve.tasks.Vocabulary;

/**
 * Our spans against conlleval's way of counting: one pass over both columns with a flag for being
 * inside a span that is right so far, and tables of which prefix begins or ends one. Nothing is
 * shared with what is tested.
 */
class ConllevalTest {
  // previous prefix and this one; a star is any
  private static final Set<String> ENDS = Set.of("BB", "BS", "BO", "IB", "IS", "IO", "E*", "S*");
  private static final Set<String> BEGINS = Set.of("*B", "*S", "EE", "EI", "SE", "SI", "OE", "OI");

  private static boolean in(Set<String> table, String before, String now) {
    return table.contains(before + now)
        || table.contains("*" + now)
        || table.contains(before + "*");
  }

  private static String prefix(String tag) {
    return tag.split("-", 2)[0];
  }

  private static String type(String tag) {
    return tag.contains("-") ? tag.split("-", 2)[1] : "";
  }

  private static boolean ends(String before, String now) {
    boolean change = !before.equals("O") && !type(before).equals(type(now));
    return in(ENDS, prefix(before), prefix(now)) || change;
  }

  private static boolean begins(String before, String now) {
    boolean change = !now.equals("O") && !type(before).equals(type(now));
    return in(BEGINS, prefix(before), prefix(now)) || change;
  }

  private static final class Counter {
    final Map<String, int[]> types = new TreeMap<>(); // right, predicted, there
    int tokens;
    int right;
    boolean inside;
    String gold = "O";
    String said = "O";

    void line(String g, String s) {
      if (inside) {
        boolean goldEnds = ends(gold, g), saidEnds = ends(said, s);
        if (goldEnds && saidEnds && type(gold).equals(type(said))) {
          inside = false;
          count(type(gold))[0]++;
        } else if (goldEnds != saidEnds || !type(g).equals(type(s))) {
          inside = false;
        }
      }
      boolean goldBegins = begins(gold, g), saidBegins = begins(said, s);
      if (goldBegins && saidBegins && type(g).equals(type(s))) inside = true;
      if (goldBegins) count(type(g))[2]++;
      if (saidBegins) count(type(s))[1]++;
      gold = g;
      said = s;
    }

    void sentence(List<String> g, List<String> s) {
      for (int i = 0; i < g.size(); i++) {
        line(g.get(i), s.get(i));
        tokens++;
        if (g.get(i).equals(s.get(i))) right++;
      }
      line("O", "O"); // the blank line
    }

    int[] count(String type) {
      return types.computeIfAbsent(type, t -> new int[3]);
    }

    double[] figures(int... c) {
      double p = c[1] == 0 ? 0 : 100.0 * c[0] / c[1], r = c[2] == 0 ? 0 : 100.0 * c[0] / c[2];
      return new double[] {p, r, p + r == 0 ? 0 : 2 * p * r / (p + r)};
    }

    double[] overall() {
      int[] sum = new int[3];
      for (int[] c : types.values()) for (int i = 0; i < 3; i++) sum[i] += c[i];
      return figures(sum);
    }
  }

  /** A thousand sequences, of which most break every scheme, and predictions that are near. */
  @ParameterizedTest
  @ValueSource(strings = {"BIO", "BIOES", "IO"})
  void aThousandRandomSequencesAreCountedAlike(String prefixes) {
    var tags = new ArrayList<String>();
    for (String prefix : prefixes.split("")) {
      if (prefix.equals("O")) tags.add("O");
      else for (String type : List.of("NP", "VP", "A-B")) tags.add(prefix + "-" + type);
    }
    var random = new Random(5);
    var whole = new Counter();
    var ours = evaluation(tags);
    for (int i = 0; i < 1000; i++) {
      List<String> gold = new ArrayList<>(), said = new ArrayList<>();
      for (int n = 1 + random.nextInt(12); n > 0; n--) {
        // runs of one type are likely, so that there are spans of several words
        String last = gold.isEmpty() ? "O" : gold.get(gold.size() - 1);
        String same = "I" + (last.equals("O") ? "-NP" : last.substring(1));
        gold.add(random.nextInt(3) == 0 ? same : tags.get(random.nextInt(tags.size())));
        boolean right = random.nextInt(4) > 0;
        said.add(right ? gold.get(gold.size() - 1) : tags.get(random.nextInt(tags.size())));
      }
      whole.sentence(gold, said);
      ours.add(gold, said);
      var one = new Counter();
      one.sentence(gold, said);
      var golden = new HashSet<>(Spans.of(gold));
      assertEquals(one.types.values().stream().mapToInt(c -> c[2]).sum(), golden.size());
      golden.retainAll(Spans.of(said));
      assertEquals(one.types.values().stream().mapToInt(c -> c[0]).sum(), golden.size());
    }
    Report report = ours.report();
    double[] want = whole.overall();
    assertEquals(want[0], report.get("precision"), 1e-9);
    assertEquals(want[1], report.get("recall"), 1e-9);
    assertEquals(want[2], report.get("f1"), 1e-9);
    assertEquals(100.0 * whole.right / whole.tokens, report.get("accuracy"), 1e-9);
    Map<String, List<Double>> rows = new LinkedHashMap<>(report.tables().get(0).rows());
    whole.types.forEach(
        (type, c) -> {
          List<Double> row = rows.remove(type);
          double[] figures = whole.figures(c);
          for (int i = 0; i < 3; i++) assertEquals(figures[i], row.get(i), 1e-9, type);
          assertEquals(c[2], row.get(3), type);
        });
    assertEquals(Map.of(), rows);
  }

  private static Tags known(List<String> tags) {
    var vocabulary = new Vocabulary(tags);
    return new Tags(vocabulary, Scheme.BIO, vocabulary, Scheme.BIO);
  }

  private static TagEvaluation evaluation(List<String> tags) {
    var decoder = new Decoder(tags, Tagging.Head.SOFTMAX, Scheme.NONE);
    return new TagEvaluation(known(tags), decoder);
  }

  @Test
  void spansOfAnExample() {
    List<String> tags = List.of("I-x", "I-x", "B-x", "O", "I-y", "I-x", "E-x", "S-x", "O");
    assertEquals(
        List.of(
            new Spans.Span("x", 0, 2),
            new Spans.Span("x", 2, 3),
            new Spans.Span("y", 4, 5),
            new Spans.Span("x", 5, 7),
            new Spans.Span("x", 7, 8)),
        Spans.of(tags));
  }

  @Test
  void batchesAreDecodedRowByRow() {
    List<String> tags = List.of("O", "B-x", "I-x");
    var decoder = new Decoder(tags, Tagging.Head.SOFTMAX, Scheme.BIO);
    var evaluation = new TagEvaluation(known(tags), decoder);
    float[] scores = new float[3 * 2 * 3]; // [T, B, K]; row 0 has three words, row 1 one
    int[][] said = {{1, 2, 0}, {2}}; // a sentence cannot begin with I-x: then O, the next best
    for (int b = 0; b < 2; b++) {
      for (int t = 0; t < said[b].length; t++) scores[(t * 2 + b) * 3 + said[b][t]] = 1;
    }
    var inputs =
        Map.of(
            Example.TARGETS, Tensor.of(new int[] {1, 3, 2, -1, 2, -1}, 3, 2),
            Rows.LENGTHS, Tensor.of(new int[] {3, 1}, 2));
    var figures =
        Map.of(
            Objective.NLL, Tensor.scalar(DType.F32, 2),
            Objective.COUNT, Tensor.scalar(DType.F32, 4),
            Tagger.SCORES, Tensor.of(scores, 3, 2, 3));
    evaluation.add(new Batch(inputs, true, 4), figures::get);
    Report report = evaluation.report();
    // gold B-x I-x I-x and a tag never seen; said B-x I-x O and O
    assertEquals(
        List.of(2.0, 4.0, 0.5, 50.0, 0.0), List.copyOf(report.figures().values()).subList(0, 5));
    assertEquals(Arrays.asList(0.0, 0.0, 0.0, 1.0), report.tables().get(0).rows().get("x"));
  }
}
