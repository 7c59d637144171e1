package recurve.tasks.lm;

import java.util.List;
import java.util.Map;
import recurve.cell.Encoder;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Task;
import recurve.tasks.Embedding;
import recurve.tasks.Vocabulary;

/** The task {@code lm}: each word or character from those before it. */
public final class LanguageModeling implements Task {
  /** What a symbol is. */
  public enum Level {
    /** What stands between spaces. */
    WORD,
    /** A Unicode code point; the space is one. */
    CHARACTER
  }

  /** How text becomes batches. */
  public enum Reading {
    /** As parallel streams cut into pieces, the state carried from piece to piece. */
    STREAM,
    /** As sentences, padded; each begins from nothing. */
    SENTENCE
  }

  /** What the loss is a mean over; it decides what a learning rate means. */
  public enum Mean {
    /** Symbols (PyTorch's examples). */
    TOKEN,
    /** Sequences: summed over time (Zaremba et al. 2014). */
    SEQUENCE,
    /** Nothing: the sum. */
    NONE
  }

  static final Option<Level> LEVEL = Option.of("level", Level.WORD, "what a symbol is");
  static final Option<Integer> MIN_COUNT =
      Option.of("min_count", 1, "rarer symbols become <unk>").atLeast(1);
  static final Option<Integer> VOCABULARY =
      Option.of("vocabulary", 0, "most symbols to keep; 0 keeps all").atLeast(0);
  static final Option<Reading> READING =
      Option.of("reading", Reading.STREAM, "text as one stream, or sentence by sentence");
  static final Option<Integer> BPTT =
      Option.of("bptt", 35, "steps that the gradient goes back; of a stream").range(1, 100_000);
  static final Option<Mean> LOSS = Option.of("loss", Mean.TOKEN, "what the loss is a mean over");
  static final Option<Boolean> TIE =
      Option.of("tie", false, "one matrix for embedding and output (Press and Wolf 2017)");
  static final Option<Integer> EVALUATION_STREAMS =
      Option.of("evaluation_streams", 1, "parallel streams of a text evaluated").atLeast(1);

  @Override
  public String name() {
    return "lm";
  }

  @Override
  public List<Option<?>> options() {
    return List.of(
        LEVEL,
        MIN_COUNT,
        VOCABULARY,
        Embedding.SIZE,
        Embedding.VECTORS,
        Embedding.FREEZE,
        TIE,
        READING,
        Batches.BATCH,
        BPTT,
        LOSS,
        EVALUATION_STREAMS);
  }

  @Override
  public List<Option<?>> decoding() {
    return Decoding.OPTIONS;
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    refuseTheFuture(options);
    var counter = new Vocabulary.Counter();
    boolean[] any = {false};
    Symbols.of(options.get(LEVEL))
        .read(
            train,
            line -> {
              any[0] = true;
              line.symbols().forEach(counter::add);
            });
    if (!any[0]) throw Symbols.empty(train);
    var special = List.of(Vocabulary.EOS, Vocabulary.UNKNOWN);
    Vocabulary v = counter.top(options.get(MIN_COUNT), options.get(VOCABULARY), special);
    return new LanguageModel(options, v, Embedding.begin(options, v));
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    refuseTheFuture(options);
    List<String> words = vocabularies.get(LanguageModel.SYMBOLS);
    if (words == null) {
      throw new IllegalArgumentException(
          "the model has no vocabulary '" + LanguageModel.SYMBOLS + "'; it is no language model");
    }
    var v = new Vocabulary(words);
    return new LanguageModel(options, v, Embedding.saved(options, v));
  }

  private static void refuseTheFuture(Options options) {
    if (options.declares(Encoder.BIDIRECTIONAL) && options.get(Encoder.BIDIRECTIONAL)) {
      throw new OptionException(
          "a language model cannot be bidirectional: reading backwards, it would see the very"
              + " words that it is to predict. Set bidirectional to false");
    }
  }
}
