package recurve.io.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The operators that are read, by domain and name: one line each, in the file of its family. */
final class Lowerings {
  private static final Map<String, Lowering> ALL = all();

  private Lowerings() {}

  // of those before opset 7: what they mean has not changed, but by their defaults and types
  private static final Set<String> OLD =
      Set.of(
          ("Abs ArgMax ArgMin Ceil Concat Constant Conv Exp Flatten Floor Gather Identity LeakyRelu"
               + " Elu GlobalAveragePool GlobalMaxPool HardSigmoid InstanceNormalization"
               + " ReduceLogSum ReduceSumSquare ReduceL1 ReduceL2 ReduceLogSumExp ReduceProd Selu"
               + " Log LogSoftmax MatMul Neg Not ReduceMax ReduceMean ReduceMin ReduceSum Relu"
               + " Reciprocal Shape Sigmoid Slice Softmax Softplus Softsign Split Sqrt Squeeze Tanh"
               + " Transpose Unsqueeze")
              .split(" "));

  static Optional<Lowering> find(String domain, String operator, long opset) {
    if (domain.isEmpty() && opset < 7 && !OLD.contains(operator)) return Optional.empty();
    return Optional.ofNullable(ALL.get(domain.isEmpty() ? operator : domain + "." + operator));
  }

  /** All names, those of other domains than ONNX's own with them. */
  static Set<String> names() {
    return ALL.keySet();
  }

  private static Map<String, Lowering> all() {
    var all = new HashMap<String, Lowering>();
    List<Map<String, Lowering>> families =
        List.of(
            Arithmetic.all(),
            Activations.all(),
            Logic.all(),
            Rounding.all(),
            Casts.all(),
            Reductions.all(),
            Searches.all(),
            Shapes.all(),
            Slicing.all(),
            Indexing.all(),
            Sources.all(),
            Products.all(),
            Convolutions.all(),
            Normalisations.all(),
            Losses.all(),
            Quantised.all(),
            Recurrent.all(),
            Loops.all());
    for (var family : families) all.putAll(family);
    return Map.copyOf(all);
  }
}
