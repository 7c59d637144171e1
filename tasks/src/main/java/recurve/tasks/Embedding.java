package recurve.tasks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import recurve.cell.Encoder;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.io.text.WordVectors;
import recurve.ir.DType;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;

/**
 * A vector for each word, learnt or from a file.
 *
 * <p>The words of the file beyond the vocabulary may have theirs too: ids go on with them, and no
 * training changes their vectors, since no text taught them.
 */
public final class Embedding {
  public static final Option<Integer> SIZE =
      Option.of("embedding", 0, "width of word vectors; 0 is the units of the first layer")
          .range(0, 100_000);
  public static final Option<String> VECTORS =
      Option.ofFile("vectors", "word vectors to begin with (word2vec text or binary, GloVe, .vec)");
  public static final Option<Boolean> FREEZE =
      Option.of("freeze", false, "leave the word vectors of the file as they are");

  public static final Option<Boolean> EVERY_WORD =
      Option.of(
          "vocabulary_from_vectors", false, "know the words of the file that the text lacks too");

  /** The vocabulary and the scope of the words that only the file has. */
  static final String BEYOND = "vectors";

  /** The bound of the uniform numbers that vectors begin as. */
  private static final double BOUND = 0.1;

  private final Options options;
  private final Vocabulary vocabulary;
  private final Optional<Tensor> given;
  private final Optional<Beyond> beyond;

  /**
   * The words that only the file has.
   *
   * @param given their vectors, [words, width]; a saved model has them among its weights
   */
  private record Beyond(Vocabulary words, Optional<Tensor> given) {}

  private Embedding(
      Options options, Vocabulary vocabulary, Optional<Tensor> given, Optional<Beyond> beyond) {
    this.options = options;
    this.vocabulary = vocabulary;
    this.given = given;
    this.beyond = beyond;
  }

  /** The options above. */
  public static List<Option<?>> options() {
    return List.of(SIZE, VECTORS, FREEZE);
  }

  /** Of a model that is saved: its vectors come with its weights. */
  public static Embedding saved(Options options, Vocabulary vocabulary) {
    return new Embedding(options, vocabulary, Optional.empty(), Optional.empty());
  }

  /** The same, with the words beyond the vocabulary that are saved among all vocabularies. */
  static Embedding saved(Options options, Vocabulary vocabulary, Map<String, List<String>> all) {
    Optional<Beyond> beyond =
        Optional.ofNullable(all.get(BEYOND))
            .map(words -> new Beyond(new Vocabulary(words), Optional.empty()));
    return new Embedding(options, vocabulary, Optional.empty(), beyond);
  }

  /** Of a model to be trained: reads the file of vectors, if one is named. */
  public static Embedding begin(Options options, Vocabulary vocabulary) {
    return begin(options, vocabulary, word -> false);
  }

  /**
   * The same, with words of the file beyond the vocabulary.
   *
   * @param wanted which of them
   */
  static Embedding begin(Options options, Vocabulary vocabulary, Predicate<String> wanted) {
    String file = options.get(VECTORS);
    if (file.isEmpty()) {
      return new Embedding(options, vocabulary, Optional.empty(), Optional.empty());
    }
    int width = width(options);
    Predicate<String> either = word -> vocabulary.contains(word) || wanted.test(word);
    Map<String, float[]> vectors = WordVectors.read(Path.of(file), width, either).vectors();
    List<String> more = vectors.keySet().stream().filter(w -> !vocabulary.contains(w)).toList();
    Optional<Beyond> beyond =
        more.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Beyond(new Vocabulary(more), Optional.of(rows(more, vectors, width))));
    return new Embedding(
        options, vocabulary, Optional.of(rows(vocabulary.words(), vectors, width)), beyond);
  }

  /** The words beyond the vocabulary; their ids go on from it. */
  Optional<Vocabulary> beyond() {
    return beyond.map(Beyond::words);
  }

  private static int width(Options options) {
    int size = options.get(SIZE);
    return size == 0 ? options.get(Encoder.UNITS).get(0) : size;
  }

  /** The table, [words, width]. */
  public Value table(Scope scope) {
    Shape shape = Shape.of(vocabulary.size(), width(options));
    Init init = given.<Init>map(Init.Given::new).orElse(new Init.Uniform(BOUND));
    boolean frozen = options.get(FREEZE) && !options.get(VECTORS).isEmpty();
    return scope.parameter("embedding.W", init, shape, !frozen);
  }

  /** The vectors of a batch's words, [T, B, width], from the inputs of {@link Rows#inputs}. */
  public Sequence sequence(Scope scope) {
    Value ids = scope.input(Rows.IDS, DType.I32, Shape.of(Rows.TIME, Rows.BATCH));
    Value lengths = scope.input(Rows.LENGTHS, DType.I32, Shape.of(Rows.BATCH));
    Value table = table(scope);
    Value vectors =
        beyond.map(b -> either(scope, table, b, ids)).orElseGet(() -> table.gather(ids));
    return new Sequence(vectors, Optional.of(lengths));
  }

  /** From one of two tables: a single one could not be trained in part. */
  private Value either(Scope scope, Value table, Beyond b, Value ids) {
    Shape shape = Shape.of(b.words().size(), width(options));
    Init init = b.given().<Init>map(Init.Given::new).orElse(new Init.Uniform(BOUND));
    Value fixed = scope.in(BEYOND).parameter("embedding.W", init, shape, false);
    Value size = ids.like(vocabulary.size()), none = ids.like(0);
    Value learnt = ids.less(size);
    Value own = table.gather(learnt.where(ids, none));
    Value other = fixed.gather(learnt.where(none, ids.minus(size)));
    return learnt.unsqueeze(2).expand(own.shape()).where(own, other);
  }

  /** [words, width]; the words that the file lacks begin as small random numbers. */
  private static Tensor rows(List<String> words, Map<String, float[]> vectors, int width) {
    var random = new SplittableRandom(1);
    float[] table = new float[Math.multiplyExact(words.size(), width)];
    for (int id = 0; id < words.size(); id++) {
      float[] v = vectors.get(words.get(id));
      for (int j = 0; j < width; j++) {
        table[id * width + j] = v != null ? v[j] : (float) ((2 * random.nextDouble() - 1) * BOUND);
      }
    }
    return Tensor.of(table, words.size(), width);
  }
}
