package recurve.tasks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;

/** What a text says of its words beside them, such as parts of speech: a vector for each value. */
public final class Features {
  public static final Option<Integer> SIZE =
      Option.of("feature_embedding", 25, "width of the vectors of a feature").range(1, 10_000);

  private static final String NAME = "feature-";
  private static final double BOUND = 0.1;

  private final Options options;
  private final List<Vocabulary> values;

  Features(Options options, List<Vocabulary> values) {
    this.options = options;
    this.values = List.copyOf(values);
  }

  /** Those that were saved among all vocabularies of a model. */
  static Features saved(Options options, Map<String, List<String>> all) {
    var values = new ArrayList<Vocabulary>();
    while (all.containsKey(name(values.size()))) {
      values.add(Vocabulary.saved(all, name(values.size())));
    }
    return new Features(options, values);
  }

  /** The vocabulary of a feature, and the part of the model that has its vectors. */
  private static String name(int feature) {
    return NAME + (feature + 1);
  }

  /** The vocabularies to save. */
  Map<String, List<String>> vocabularies() {
    var all = new LinkedHashMap<String, List<String>>();
    for (int i = 0; i < values.size(); i++) all.put(name(i), values.get(i).words());
    return all;
  }

  /**
   * The values as ids, [features][words].
   *
   * @param features for each its values, one for each word
   */
  int[][] ids(List<List<String>> features) {
    return IntStream.range(0, values.size())
        .mapToObj(i -> features.get(i).stream().mapToInt(values.get(i)::id).toArray())
        .toArray(int[][]::new);
  }

  /**
   * The inputs of a batch.
   *
   * @param rows the ids of each text
   */
  Map<String, Tensor> inputs(List<int[][]> rows) {
    var inputs = new LinkedHashMap<String, Tensor>();
    for (int i = 0; i < values.size(); i++) {
      int feature = i;
      int[][] ids = rows.stream().map(row -> row[feature]).toArray(int[][]::new);
      inputs.put(name(i) + "." + Rows.IDS, Rows.padded(ids, 0));
    }
    return inputs;
  }

  /** The vectors of a batch's features, [T, B, width] each. */
  List<Value> vectors(Scope model) {
    var vectors = new ArrayList<Value>();
    for (int i = 0; i < values.size(); i++) {
      Scope scope = model.in(name(i));
      Value ids = scope.input(Rows.IDS, DType.I32, Shape.of(Rows.TIME, Rows.BATCH));
      Shape shape = Shape.of(values.get(i).size(), options.get(SIZE));
      vectors.add(scope.parameter("embedding.W", new Init.Uniform(BOUND), shape).gather(ids));
    }
    return vectors;
  }
}
