package recurve.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import recurve.cell.Encoder;
import recurve.cell.Scope;
import recurve.ir.Value;
import recurve.option.Options;

/** A task with its options and vocabularies: data, symbolic loss, and the reading of outputs. */
public interface Problem {
  /** Vocabularies by name, each in the order of its ids; saved with the model. */
  Map<String, List<String>> vocabularies();

  /**
   * What else the problem is made of, by file name, {@code [a-z0-9-]+.onnx}; saved with the model.
   */
  default Map<String, byte[]> files() {
    return Map.of();
  }

  /** Whether a run goes on with the states of the one before. */
  Scope.Carry carry(Purpose purpose);

  /** The loss, and the figures that {@link #evaluation} reads. */
  Objective objective(Scope scope, Encoder encoder);

  /** The outputs of the trained model, by name, for decoding and export. */
  Map<String, Value> outputs(Scope scope, Encoder encoder);

  /**
   * The graphs of the trained model that run or are exported each by itself, by name.
   *
   * <p>One that decodes by more than {@link #outputs} has further ones, which a session gives by
   * {@link Session#part}.
   */
  default Map<String, Part> parts() {
    var parts = new LinkedHashMap<String, Part>();
    parts.put(Part.PREDICT, new Part(Scope.Carry.FRESH, this::outputs));
    parts.put(Part.STEP, new Part(Scope.Carry.CARRIED, this::outputs));
    return parts;
  }

  /**
   * The batches of a text to train on or to evaluate, in an order that is a pure function of the
   * arguments.
   */
  Batches batches(Corpus corpus, Purpose purpose, Order order);

  /** An empty evaluation. */
  Evaluation evaluation();

  /**
   * The figures of what is decoded by these options, where that is more than {@link #evaluation}
   * sees.
   *
   * @return nothing if no decoding option changes a figure
   */
  default Optional<Report> evaluate(Session session, Corpus corpus, Options decoding) {
    return Optional.empty();
  }

  /**
   * What the figures of the validation text settle of the model that is kept: values for {@link
   * Task#settled}, by name.
   */
  default Map<String, String> settle(Report validation) {
    return Map.of();
  }

  /** One line of text for each prediction about the input, by the decoding options. */
  Stream<String> predict(Session session, Corpus input, Options decoding);

  /**
   * New text that goes on from a prompt.
   *
   * @throws UnsupportedOperationException if the task makes no text; the message is for the user
   */
  default Stream<String> generate(Session session, String prompt, Options decoding) {
    throw new UnsupportedOperationException("this task makes no text; use predict");
  }

  /** Metadata for an exported graph. */
  default Map<String, String> metadata() {
    return Map.of();
  }

  /**
   * A graph of the trained model.
   *
   * @param carry whether states come in and go out, or begin as zeros
   */
  record Part(Scope.Carry carry, Outputs outputs) {
    /** Whole sequences, each from the beginning. */
    public static final String PREDICT = "predict";

    /** Pieces of sequences: states come in and go out. */
    public static final String STEP = "step";

    /** Builds the outputs by name, in a fixed order. */
    @FunctionalInterface
    public interface Outputs {
      /** The outputs in a scope. */
      Map<String, Value> of(Scope scope, Encoder encoder);
    }
  }

  /** What a model is run for. */
  enum Purpose {
    TRAIN,
    EVALUATE,
    /** In a session: {@link #predict} and {@link #generate}. */
    PREDICT
  }

  /** What the order of training batches depends on. */
  record Order(long seed, int epoch) {
    /** The order of the text. */
    public static final Order OF_TEXT = new Order(0, 0);
  }
}
