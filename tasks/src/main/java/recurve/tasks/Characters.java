package recurve.tasks;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.cell.Encoder;
import recurve.cell.Init;
import recurve.cell.Layer;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;

/**
 * A vector for each word from its characters, by a recurrent layer in both directions (Lample et
 * al. 2016) or by a convolution (Ma and Hovy 2016).
 *
 * <pre>
 *   x_c = E[character c]     v = [h_last of x, forward; h_first of x, backward]   or   max_c conv(x)_c
 * </pre>
 *
 * A word that stands several times in a batch is spelt once.
 */
final class Characters {
  /** What reads the characters. */
  enum Reading {
    /** Nothing does. */
    NONE,
    /** The encoder's first cell, in both directions. */
    RNN,
    /** A convolution, and the largest of each filter over the word. */
    CNN
  }

  static final Option<Reading> READING =
      Option.of("characters", Reading.NONE, "what makes a vector of a word's characters");
  static final Option<Integer> SIZE =
      Option.of("character_embedding", 30, "width of character vectors").range(1, 10_000);
  static final Option<Integer> UNITS =
      Option.of("character_units", 30, "units of each direction, or filters, over characters")
          .range(1, 10_000);
  static final Option<Integer> WIDTH =
      Option.of("character_window", 3, "cnn: characters that a filter sees").range(1, 100);

  /** The name under which the characters' vocabulary is saved. */
  static final String CHARACTERS = "characters";

  private static final String WORDS = "words";
  private static final Dim LETTERS = Dim.symbol("C"), SPELLINGS = Dim.symbol("N");
  private static final double BOUND = 0.1;

  private final Options options;
  private final Vocabulary vocabulary;

  Characters(Options options, Vocabulary vocabulary) {
    this.options = options;
    this.vocabulary = vocabulary;
  }

  /** The options above. */
  static List<Option<?>> options() {
    return List.of(READING, SIZE, UNITS, WIDTH);
  }

  /** The characters of a word, at least one, as the vocabulary counts them. */
  static List<String> of(String word) {
    return word.codePoints().mapToObj(Character::toString).toList();
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Whether a character of a word has an id of its own. */
  boolean knows(String word) {
    return of(word).stream().anyMatch(vocabulary::knows);
  }

  /** A word as ids of its characters. */
  int[] ids(String word) {
    return of(word).stream().mapToInt(vocabulary::id).toArray();
  }

  /**
   * The inputs of a batch.
   *
   * @param rows for each text its words as {@link #ids}; the same word as the same array
   */
  Map<String, Tensor> inputs(int[][][] rows) {
    var places = new IdentityHashMap<int[], Integer>();
    var distinct = new ArrayList<int[]>();
    int[][] words = new int[rows.length][];
    for (int b = 0; b < rows.length; b++) {
      words[b] = new int[rows[b].length];
      for (int t = 0; t < words[b].length; t++) {
        int[] word = rows[b][t];
        Integer place = places.putIfAbsent(word, distinct.size());
        if (place == null) distinct.add(word);
        words[b][t] = place == null ? distinct.size() - 1 : place;
      }
    }
    int[][] spellings = distinct.toArray(int[][]::new);
    var inputs = new LinkedHashMap<String, Tensor>();
    inputs.put(CHARACTERS + "." + Rows.IDS, Rows.padded(spellings, 0));
    inputs.put(CHARACTERS + "." + Rows.LENGTHS, Rows.lengths(spellings));
    inputs.put(CHARACTERS + "." + WORDS, Rows.padded(words, 0));
    return inputs;
  }

  /** The vectors of a batch's words, [T, B, width], from the inputs of {@link #inputs}. */
  Value vectors(Scope model, Encoder encoder) {
    Scope scope = model.in(CHARACTERS).fresh();
    Value ids = scope.input(Rows.IDS, DType.I32, Shape.of(LETTERS, SPELLINGS));
    Value lengths = scope.input(Rows.LENGTHS, DType.I32, Shape.of(SPELLINGS));
    Value words = scope.input(WORDS, DType.I32, Shape.of(Rows.TIME, Rows.BATCH));
    Shape shape = Shape.of(vocabulary.size(), options.get(SIZE));
    Value table = scope.parameter("embedding.W", new Init.Uniform(BOUND), shape);
    var letters = new Sequence(table.gather(ids), Optional.of(lengths));
    int units = options.get(UNITS);
    Value spellings =
        switch (options.get(READING)) {
          case NONE -> throw new IllegalStateException("characters are not read");
          case RNN -> {
            Options own = recurrent(options, units);
            Sequence h = encoder.with(own).apply(scope.in("encoder"), letters);
            yield Pooling.LAST.pool(scope, own, h);
          }
          case CNN -> {
            Layer filters = Layer.convolution("convolution", options.get(WIDTH), units);
            yield Pooling.MAX.pool(scope, options, filters.apply(scope, letters));
          }
        };
    return spellings.gather(words);
  }

  /** One layer of the model's first cell, both directions side by side, and nothing else. */
  private static Options recurrent(Options options, int units) {
    return options
        .with(Encoder.CELL, List.of(options.get(Encoder.CELL).get(0)))
        .with(Encoder.LAYERS, 1)
        .with(Encoder.UNITS, List.of(units))
        .with(Encoder.BIDIRECTIONAL, true)
        .with(Encoder.MERGE, Layer.Merge.CONCAT)
        .with(Encoder.RESIDUAL, false)
        .with(Encoder.LAYER_NORM, false)
        .with(Encoder.DROPOUT, 0.0)
        .with(Encoder.INPUT_DROPOUT, 0.0)
        .with(Encoder.LEARNED_STATE, false);
  }
}
