package recurve.tasks.tag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import recurve.ir.Tensor;
import recurve.task.Batch;
import recurve.task.Evaluation;
import recurve.task.Objective;
import recurve.task.Report;
import recurve.tasks.Counts;
import recurve.tasks.Example;
import recurve.tasks.Rows;
import recurve.tasks.tag.Spans.Span;

/** Accuracy of tags, and precision, recall and F1 of spans, as conlleval counts; in percent. */
final class TagEvaluation implements Evaluation {
  private final Tags tags;
  private final List<String> names; // of the tags, and last of those that are unknown
  private final Decoder decoder;
  private final boolean spans;
  private final Map<String, Counts> types = new TreeMap<>();
  private double nll;
  private double counted;
  private long sentences;
  private long words;
  private long right;

  TagEvaluation(Tags tags, Decoder decoder) {
    this.tags = tags;
    this.names = new ArrayList<>(tags.learnt().words());
    this.names.add(Tagger.UNSEEN);
    this.decoder = decoder;
    this.spans = tags.scheme() != Scheme.NONE;
  }

  @Override
  public void add(Batch batch, Function<String, Tensor> figures) {
    nll += figures.apply(Objective.NLL).item();
    counted += figures.apply(Objective.COUNT).item();
    Tensor targets = batch.input(Example.TARGETS);
    int[] lengths = batch.input(Rows.LENGTHS).ints();
    List<int[]> predicted = decoder.decode(figures, lengths);
    for (int b = 0; b < lengths.length; b++) {
      int[] gold = new int[lengths[b]];
      for (int t = 0; t < gold.length; t++) gold[t] = targets.ints()[t * lengths.length + b];
      add(names(gold), names(predicted.get(b)));
    }
  }

  private List<String> names(int[] ids) {
    return tags.toText(Arrays.stream(ids).mapToObj(names::get).toList());
  }

  /** Takes in one sentence. */
  void add(List<String> gold, List<String> said) {
    sentences++;
    words += gold.size();
    for (int t = 0; t < gold.size(); t++) if (gold.get(t).equals(said.get(t))) right++;
    if (!spans) return;
    List<Span> golden = Spans.of(gold), found = Spans.of(said);
    var known = new HashSet<>(golden);
    for (Span s : golden) count(s, new Counts(0, 0, 1));
    for (Span s : found) count(s, new Counts(known.contains(s) ? 1 : 0, 1, 0));
  }

  private void count(Span span, Counts more) {
    types.merge(span.type(), more, Counts::plus);
  }

  @Override
  public Report report() {
    var figures = new LinkedHashMap<String, Double>();
    figures.put("sentences", (double) sentences);
    figures.put("tokens", (double) words);
    figures.put("nll", nll / counted);
    figures.put("accuracy", Counts.percent(right, words));
    if (!spans) return new Report(figures, "accuracy", false);
    Counts all = types.values().stream().reduce(Counts.NONE, Counts::plus);
    figures.put("precision", all.precision());
    figures.put("recall", all.recall());
    figures.put("f1", all.f1());
    var rows = new LinkedHashMap<String, List<Double>>();
    types.forEach((type, counts) -> rows.put(type, counts.row()));
    var table = new Report.Table("types", Counts.columns("spans"), rows);
    return new Report(figures, "f1", false, List.of(table));
  }
}
