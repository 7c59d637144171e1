package recurve.tasks.classify;

import recurve.ir.Tensor;
import recurve.tasks.classify.Classification.Labels;

/** How much a label counts in the loss, so that all labels count the same. */
final class ClassWeights {
  private ClassWeights() {}

  /**
   * Of one label: {@code texts / (labels · n)} where n texts have the label, which is one where all
   * labels are as frequent (King and Zeng 2001). Of several: {@code (texts - n) / n}, the weight of
   * having the label against that of not having it.
   */
  static Tensor balanced(Labels labels, int texts, int[] counts) {
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
}
