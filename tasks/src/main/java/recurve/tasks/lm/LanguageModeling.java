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
import recurve.tasks.Mean;
import recurve.tasks.Symbols;
import recurve.tasks.Texts;
import recurve.tasks.Vocabulary;

/** The task {@code lm}: each word or character from those before it. */
public final class LanguageModeling implements Task {
  /** How text becomes batches. */
  public enum Reading {
    /** As parallel streams cut into pieces, the state carried from piece to piece. */
    STREAM,
    /** As sentences, padded; each begins from nothing. */
    SENTENCE
  }

  static final Option<Reading> READING =
      Option.of("reading", Reading.STREAM, "text as one stream, or sentence by sentence");
  static final Option<Integer> BPTT =
      Option.of("bptt", 35, "steps that the gradient goes back; of a stream").range(1, 100_000);
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
        Symbols.LEVEL,
        Vocabulary.MIN_COUNT,
        Vocabulary.MOST,
        Embedding.SIZE,
        Embedding.VECTORS,
        Embedding.FREEZE,
        TIE,
        READING,
        Batches.BATCH,
        Batches.BATCH_TOKENS,
        BPTT,
        Mean.LOSS,
        EVALUATION_STREAMS);
  }

  @Override
  public List<Option<?>> decoding() {
    return Decoding.OPTIONS;
  }

  @Override
  public Problem learn(Options options, Corpus train) {
    refuse(options);
    var counter = new Vocabulary.Counter();
    Symbols symbols = Symbols.of(options);
    Texts.lines(train, line -> symbols.split(line).forEach(counter::add));
    if (counter.isEmpty()) throw Texts.empty(train);
    var special = List.of(Vocabulary.EOS, Vocabulary.UNKNOWN);
    Vocabulary v = counter.top(options, special);
    return new LanguageModel(options, v, Embedding.begin(options, v));
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    refuse(options);
    Vocabulary v = Vocabulary.saved(vocabularies, LanguageModel.SYMBOLS);
    return new LanguageModel(options, v, Embedding.saved(options, v));
  }

  private static void refuse(Options options) {
    if (options.get(Batches.BATCH_TOKENS) > 0 && options.get(READING) == Reading.STREAM) {
      throw new OptionException(
          "option "
              + Batches.BATCH_TOKENS
              + " is for sentences; a batch of a stream holds batch times bptt symbols. Leave it"
              + " out, or set "
              + READING
              + " to sentence");
    }
    if (options.declares(Encoder.BIDIRECTIONAL) && options.get(Encoder.BIDIRECTIONAL)) {
      throw new OptionException(
          "a language model cannot be bidirectional: reading backwards, it would see the very"
              + " words that it is to predict. Set bidirectional to false");
    }
  }
}
