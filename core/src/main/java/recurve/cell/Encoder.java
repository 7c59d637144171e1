package recurve.cell;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Function;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;

/**
 * The stack of recurrent layers that every task shares, described by options.
 *
 * <p>Cells and widths may differ from layer to layer: {@code cell=lstm,gru units=300,200}. A list
 * of one serves all layers.
 */
public final class Encoder implements Layer {
  /** How dropout draws its mask. */
  public enum Mask {
    /** Anew at each step (Zaremba et al. 2014). */
    STEP,
    /** Once a sequence (Gal and Ghahramani 2016). */
    SEQUENCE
  }

  public static final Option<List<String>> CELL =
      Option.ofNames("cell", "lstm", "recurrent cell, or one for each layer");
  public static final Option<Integer> LAYERS =
      Option.of("layers", 1, "how many recurrent layers").range(1, 100);
  public static final Option<List<Integer>> UNITS =
      Option.ofNumbers("units", 200, "units of each layer, or one number for each").atLeast(1);
  public static final Option<Boolean> BIDIRECTIONAL =
      Option.of("bidirectional", false, "read each sequence in both directions");
  public static final Option<Layer.Merge> MERGE =
      Option.of("merge", Layer.Merge.CONCAT, "how two directions become one");
  public static final Option<Boolean> RESIDUAL =
      Option.of("residual", false, "add each layer's input to its output where the widths agree");
  public static final Option<Boolean> LAYER_NORM =
      Option.of("layer_norm", false, "normalise the output of each layer");
  public static final Option<Double> DROPOUT =
      Option.of("dropout", 0.0, "dropout between layers and after the last").range(0, 0.99);
  public static final Option<Double> INPUT_DROPOUT =
      Option.of("input_dropout", 0.0, "dropout before the first layer").range(0, 0.99);
  public static final Option<Mask> DROPOUT_MASK =
      Option.of("dropout_mask", Mask.STEP, "whether dropout draws its mask each step or once");
  public static final Option<Boolean> LEARNED_STATE =
      Option.of("learned_state", false, "learn the first state; else it is zero");

  private final Options options;
  private final Function<String, Cell> cells;
  private final Layer layers;

  private Encoder(Options options, Function<String, Cell> cells, Layer layers) {
    this.options = options;
    this.cells = cells;
    this.layers = layers;
  }

  /** The options above; the cells' own come beside them. */
  public static List<Option<?>> options() {
    return List.of(
        CELL,
        LAYERS,
        UNITS,
        BIDIRECTIONAL,
        MERGE,
        RESIDUAL,
        LAYER_NORM,
        DROPOUT,
        INPUT_DROPOUT,
        DROPOUT_MASK,
        LEARNED_STATE);
  }

  /** Every option that an encoder of these cells has: {@link #options} and each cell's own. */
  public static List<Option<?>> options(List<Cell> cells) {
    var all = new LinkedHashSet<Option<?>>(options());
    for (Cell cell : cells) all.addAll(cell.options());
    return List.copyOf(all);
  }

  /**
   * The layers that the options describe.
   *
   * @param cells cell by name, as a catalog looks it up
   * @throws OptionException if lists of cells or units do not match the number of layers
   */
  public static Encoder of(Options options, Function<String, Cell> cells) {
    int layers = options.get(LAYERS);
    List<String> names = Option.each(CELL, options.get(CELL), layers);
    List<Integer> units = Option.each(UNITS, options.get(UNITS), layers);
    var stack = new ArrayList<Layer>();
    for (int i = 0; i < layers; i++) {
      Layer layer = layer(options, cells.apply(names.get(i)), units.get(i));
      double before = i == 0 ? options.get(INPUT_DROPOUT) : options.get(DROPOUT);
      stack.add(dropout(options, before).then(layer));
    }
    Layer all = Layer.stack(stack).then(dropout(options, options.get(DROPOUT)));
    return new Encoder(options, cells, all);
  }

  /** Another stack, by other options: a task has one beside the first for characters, say. */
  public Encoder with(Options options) {
    return of(options, cells);
  }

  @Override
  public Sequence apply(Scope scope, Sequence x) {
    return layers.apply(scope, x);
  }

  /**
   * The layers of a decoder beside this encoder, from the same options.
   *
   * @throws OptionException if they ask for what a decoder cannot be
   */
  public Decoder decoder() {
    return Decoder.of(options, cells);
  }

  /** A cell's loop, with those of the options that are the cell's own. */
  static Rnn rnn(Options options, Cell cell, int units) {
    Options own = Options.of(cell.options());
    for (Option<?> o : cell.options()) own = copy(options, own, o);
    return new Rnn(cell, own, units, false, options.get(LEARNED_STATE));
  }

  private static Layer layer(Options options, Cell cell, int units) {
    Rnn rnn = rnn(options, cell, units);
    Layer layer = options.get(BIDIRECTIONAL) ? Layer.bidirectional(rnn, options.get(MERGE)) : rnn;
    if (options.get(RESIDUAL)) layer = residualWhereWidthsAgree(layer);
    return options.get(LAYER_NORM) ? layer.then(Layer.normalization("norm")) : layer;
  }

  private static <T> Options copy(Options from, Options to, Option<T> option) {
    return from.declares(option) ? to.with(option, from.get(option)) : to;
  }

  // the first layer mostly changes the width; asking for residual links means the others
  private static Layer residualWhereWidthsAgree(Layer layer) {
    return (scope, x) -> {
      Sequence y = layer.apply(scope, x);
      return y.width().equals(x.width()) ? y.with(x.values().plus(y.values())) : y;
    };
  }

  /** Dropout with the mask that the options ask for. */
  public static Layer dropout(Options options, double rate) {
    return switch (options.get(DROPOUT_MASK)) {
      case STEP -> Layer.dropout(rate);
      case SEQUENCE -> Layer.variationalDropout(rate);
    };
  }
}
