package recurve.tasks.classify;

import java.util.Arrays;
import java.util.Optional;
import recurve.ir.Tensor;
import recurve.option.Nearest;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.tasks.Vocabulary;
import recurve.tasks.classify.Classification.Labels;

/** How much a label counts in the loss. */
final class ClassWeights {
  private static final String EQUAL = "equal", BALANCED = "balanced";

  static final Option<String> OPTION =
      Option.of(
          "class_weights",
          EQUAL,
          "what a label counts in the loss: equal, balanced, or as in 'spam=5,ham=1' (others 1)");

  private ClassWeights() {}

  /** Whether labels differ in what they count. */
  static boolean differ(Options options) {
    return !options.get(OPTION).equals(EQUAL);
  }

  /**
   * The weight of each label, [labels], if they differ.
   *
   * @param texts how many there are
   * @param counts of the texts that have a label
   */
  static Optional<Tensor> of(Options options, Vocabulary labels, int texts, int[] counts) {
    if (!differ(options)) return Optional.empty();
    boolean balanced = options.get(OPTION).equals(BALANCED);
    return Optional.of(
        balanced
            ? balanced(options.get(Classification.LABELS), texts, counts)
            : given(options.get(OPTION), labels));
  }

  /**
   * Of one label: {@code texts / (labels · n)} where n texts have the label, which is one where all
   * labels are as frequent (King and Zeng 2001). Of several: {@code (texts - n) / n}, the weight of
   * having the label against that of not having it.
   */
  private static Tensor balanced(Labels labels, int texts, int[] counts) {
    float[] weights = new float[counts.length];
    for (int i = 0; i < counts.length; i++) {
      double n = Math.max(1, counts[i]);
      weights[i] =
          (float)
              switch (labels) {
                case ONE -> texts / (counts.length * n);
                case SEVERAL -> Math.max(1, texts - n) / n;
              };
    }
    return Tensor.of(weights, counts.length);
  }

  private static Tensor given(String text, Vocabulary labels) {
    float[] weights = new float[labels.size()];
    Arrays.fill(weights, 1);
    for (String pair : text.split(",", -1)) {
      int at = pair.lastIndexOf('=');
      if (at < 1) throw refuse(pair, "expected equal, balanced, or label=weight joined by commas");
      String label = pair.substring(0, at).strip();
      if (!labels.contains(label)) {
        throw refuse(pair, "no label '" + label + "'." + Nearest.hint(label, labels.words()));
      }
      weights[labels.id(label)] = weight(pair, pair.substring(at + 1).strip());
    }
    return Tensor.of(weights, labels.size());
  }

  private static float weight(String pair, String text) {
    try {
      float weight = Float.parseFloat(text);
      if (weight >= 0 && Float.isFinite(weight)) return weight;
    } catch (NumberFormatException e) {
      throw refuse(pair, "'" + text + "' is no number");
    }
    throw refuse(pair, "'" + text + "' is no weight; expected a number of at least 0");
  }

  private static OptionException refuse(String pair, String what) {
    return new OptionException("option " + OPTION + ", '" + pair.strip() + "': " + what);
  }
}
