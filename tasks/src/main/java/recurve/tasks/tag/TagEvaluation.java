package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Report;
import recurve.tasks.tag.Spans.Span;

/** Accuracy of tags, and precision, recall and F1 of spans, as conlleval counts; in percent. */
final class TagEvaluation implements Evaluation {
  private final List<String> names; // of the tags, and last of those that are unknown
  private final Decoder decoder;
  private final boolean spans;
  private final Map<String, Count> types = new TreeMap<>();
  private final Count all = new Count();
  private double nll;
  private double counted;
  private long sentences;
  private long words;
  private long right;

  /** How many spans are right, were predicted, and are there. */
  private static final class Count {
    long right;
    long said;
    long gold;

    double precision() {
      return percent(right, said);
    }

    double recall() {
      return percent(right, gold);
    }

    double f1() {
      return percent(2 * right, said + gold);
    }
  }

  /**
   * An evaluation.
   *
   * @param spans whether the tags mark spans
   */
  TagEvaluation(List<String> tags, Decoder decoder, boolean spans) {
    this.names = new ArrayList<>(tags);
    this.names.add(Tagger.UNSEEN);
    this.decoder = decoder;
    this.spans = spans;
  }

  @Override
  public void add(Batch batch, Function<String, Tensor> figures) {
    nll += figures.apply(Objective.NLL).item();
    counted += figures.apply(Objective.COUNT).item();
    Tensor targets = Objects.requireNonNull(batch.inputs().get(Tagger.TARGETS));
    int[] lengths = Objects.requireNonNull(batch.inputs().get(Tagger.LENGTHS)).ints();
    List<int[]> predicted = decoder.decode(figures, lengths);
    for (int b = 0; b < lengths.length; b++) {
      int[] gold = new int[lengths[b]];
      for (int t = 0; t < gold.length; t++) gold[t] = targets.ints()[t * lengths.length + b];
      add(names(gold), names(predicted.get(b)));
    }
  }

  private List<String> names(int[] tags) {
    return Arrays.stream(tags).mapToObj(names::get).toList();
  }

  /** Takes in one sentence. */
  void add(List<String> gold, List<String> said) {
    sentences++;
    words += gold.size();
    for (int t = 0; t < gold.size(); t++) if (gold.get(t).equals(said.get(t))) right++;
    if (!spans) return;
    List<Span> golden = Spans.of(gold), found = Spans.of(said);
    for (Span s : golden) for (Count c : counts(s)) c.gold++;
    for (Span s : found) for (Count c : counts(s)) c.said++;
    var known = new HashSet<>(golden);
    for (Span s : found) if (known.contains(s)) for (Count c : counts(s)) c.right++;
  }

  private List<Count> counts(Span span) {
    return List.of(all, types.computeIfAbsent(span.type(), t -> new Count()));
  }

  private static double percent(long part, long whole) {
    return whole == 0 ? 0 : 100.0 * part / whole;
  }

  @Override
  public Report report() {
    var figures = new LinkedHashMap<String, Double>();
    figures.put("sentences", (double) sentences);
    figures.put("tokens", (double) words);
    figures.put("nll", nll / counted);
    figures.put("accuracy", percent(right, words));
    if (!spans) return new Report(figures, "accuracy", false);
    figures.put("precision", all.precision());
    figures.put("recall", all.recall());
    figures.put("f1", all.f1());
    var rows = new LinkedHashMap<String, List<Double>>();
    types.forEach(
        (type, c) -> rows.put(type, List.of(c.precision(), c.recall(), c.f1(), (double) c.gold)));
    var columns = List.of("precision", "recall", "f1", "spans");
    return new Report(figures, "f1", false, List.of(new Report.Table("types", columns, rows)));
  }
}
