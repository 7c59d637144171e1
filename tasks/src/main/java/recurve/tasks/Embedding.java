package recurve.tasks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
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

/** A vector for each word, learnt or from a file. */
public final class Embedding {
  public static final Option<Integer> SIZE =
      Option.of("embedding", 0, "width of word vectors; 0 is the units of the first layer")
          .range(0, 100_000);
  public static final Option<String> VECTORS =
      Option.ofFile("vectors", "word vectors to begin with (word2vec text or binary, GloVe, .vec)");
  public static final Option<Boolean> FREEZE =
      Option.of("freeze", false, "leave the word vectors of the file as they are");

  /** The bound of the uniform numbers that vectors begin as. */
  private static final double BOUND = 0.1;

  private final Options options;
  private final Vocabulary vocabulary;
  private final Optional<Tensor> given;

  private Embedding(Options options, Vocabulary vocabulary, Optional<Tensor> given) {
    this.options = options;
    this.vocabulary = vocabulary;
    this.given = given;
  }

  /** The options above. */
  public static List<Option<?>> options() {
    return List.of(SIZE, VECTORS, FREEZE);
  }

  /** Of a model that is saved: its vectors come with its weights. */
  public static Embedding saved(Options options, Vocabulary vocabulary) {
    return new Embedding(options, vocabulary, Optional.empty());
  }

  /** Of a model to be trained: reads the file of vectors, if one is named. */
  public static Embedding begin(Options options, Vocabulary vocabulary) {
    String file = options.get(VECTORS);
    return new Embedding(
        options,
        vocabulary,
        file.isEmpty()
            ? Optional.empty()
            : Optional.of(read(Path.of(file), vocabulary, width(options))));
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
    return new Sequence(table(scope).gather(ids), Optional.of(lengths));
  }

  /** The words that the file lacks begin as small random numbers. */
  private static Tensor read(Path file, Vocabulary vocabulary, int width) {
    Map<String, float[]> vectors = WordVectors.read(file, width, vocabulary::contains).vectors();
    var random = new SplittableRandom(1);
    float[] table = new float[Math.multiplyExact(vocabulary.size(), width)];
    for (int id = 0; id < vocabulary.size(); id++) {
      float[] v = vectors.get(vocabulary.word(id));
      for (int j = 0; j < width; j++) {
        table[id * width + j] = v != null ? v[j] : (float) ((2 * random.nextDouble() - 1) * BOUND);
      }
    }
    return Tensor.of(table, vocabulary.size(), width);
  }
}
