package recurve.tasks.lm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.cell.Encoder;
import recurve.io.onnx.OnnxException;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;
import recurve.task.Batches;
import recurve.task.Corpus;
import recurve.task.Problem;
import recurve.task.Task;
import recurve.tasks.Embedding;
import recurve.tasks.Imported;
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

  private static final List<Option<?>> OWN =
      List.of(
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

  @Override
  public String name() {
    return "lm";
  }

  @Override
  public List<Option<?>> options() {
    var all = new ArrayList<Option<?>>();
    all.addAll(OWN);
    all.addAll(Imported.stepping());
    return all;
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
    return new LanguageModel(options, v, Embedding.begin(options, v), Optional.empty());
  }

  @Override
  public Problem restore(Options options, Map<String, List<String>> vocabularies) {
    return restore(options, vocabularies, Map.of());
  }

  @Override
  public Problem restore(
      Options options, Map<String, List<String>> vocabularies, Map<String, byte[]> files) {
    refuse(options);
    Vocabulary v = Vocabulary.saved(vocabularies, LanguageModel.SYMBOLS);
    Optional<Imported> graph = Imported.of(options, files, Imported.Per.STEP, v.size(), v);
    graph.ifPresent(g -> check(options, v, g));
    return new LanguageModel(options, v, Embedding.saved(options, v), graph);
  }

  private static void check(Options options, Vocabulary v, Imported graph) {
    if (!v.contains(Vocabulary.EOS)) {
      throw new OnnxException(
          "the vocabulary has no '"
              + Vocabulary.EOS
              + "'; rename the entry that stands for the end of a sentence to that");
    }
    boolean stream = options.get(READING) == Reading.STREAM;
    if (graph.takesLengths()) {
      throw new OnnxException(
          "the graph takes lengths, and text that goes on has none; export it without");
    }
    if (stream && !graph.carries()) {
      throw new OnnxException(
          "the graph takes no states, and a stream of text is read piece by piece; set "
              + READING
              + " to sentence, or export it with its states as inputs and outputs");
    }
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
