package recurve.tasks.classify;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import recurve.ir.Tensor;
import recurve.option.Option;
import recurve.option.Options;
import recurve.tasks.Vocabulary;
import recurve.tasks.classify.Classification.Labels;

/** Writes what a classifier says of a text: {@code label TAB probability}, the likeliest first. */
final class Labelling {
  static final Option<Integer> TOP =
      Option.of("top", 0, "predict: how many labels to show; 0 shows those predicted").atLeast(0);

  static final List<Option<?>> OPTIONS = List.of(TOP, Classification.THRESHOLD);

  private final Vocabulary labels;
  private final Labels number;
  private final double threshold;
  private final int top;

  Labelling(Vocabulary labels, Options options, Options decoding) {
    this.labels = labels;
    this.number = options.get(Classification.LABELS);
    Options nearest = decoding.isSet(Classification.THRESHOLD) ? decoding : options;
    this.threshold = nearest.get(Classification.THRESHOLD);
    this.top = decoding.get(TOP);
  }

  /** The line for one row of probabilities, [B, labels]; of several labels it may be empty. */
  String line(Tensor probabilities, int row) {
    int from = row * labels.size();
    return IntStream.range(0, labels.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -probabilities.at(from + i)))
        .limit(top > 0 ? top : number == Labels.ONE ? 1 : labels.size())
        .filter(i -> top > 0 || number == Labels.ONE || probabilities.at(from + i) >= threshold)
        .map(
            i -> String.format(Locale.ROOT, "%s\t%.4f", labels.word(i), probabilities.at(from + i)))
        .collect(Collectors.joining("\t"));
  }
}
