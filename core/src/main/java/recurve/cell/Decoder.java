package recurve.cell;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;

/**
 * A stack of recurrent layers that goes one step at a time, for a task that writes the loop itself:
 * a decoder's next input depends on what it made of this one.
 *
 * <p>Any cell, any depth. What {@link Encoder}'s options say of dropout, residual links, layer
 * normalisation and learned first states holds here too.
 */
public final class Decoder {
  public static final Option<String> CELL =
      Option.of("decoder_cell", "", "decoder's cell, or one for each layer; else the encoder's");
  public static final Option<Integer> LAYERS =
      Option.of("decoder_layers", 0, "layers of the decoder; 0 is as many as the encoder's")
          .range(0, 100);
  public static final Option<List<Integer>> UNITS =
      Option.ofNumbers("decoder_units", 0, "units of each layer; 0 is as the encoder's").atLeast(0);
  public static final Option<Boolean> BIDIRECTIONAL =
      Option.of("decoder_bidirectional", false, "refused: a decoder cannot read what it will say");

  private final Options options;
  private final List<Rnn> layers;

  private Decoder(Options options, List<Rnn> layers) {
    this.options = options;
    this.layers = layers;
  }

  /** The options above, which a task with a decoder declares. */
  public static List<Option<?>> options() {
    return List.of(CELL, LAYERS, UNITS, BIDIRECTIONAL);
  }

  /** The decoder that the options describe. */
  static Decoder of(Options options, Function<String, Cell> cells) {
    check(options);
    boolean asEncoder = options.get(LAYERS) == 0;
    int depth = asEncoder ? options.get(Encoder.LAYERS) : options.get(LAYERS);
    String names = options.get(CELL);
    List<String> cell =
        Option.each(
            Encoder.CELL,
            names.isBlank() ? options.get(Encoder.CELL) : Encoder.CELL.parse(names),
            depth);
    boolean own = options.get(UNITS).stream().noneMatch(n -> n == 0);
    List<Integer> units =
        own
            ? Option.each(UNITS, options.get(UNITS), depth)
            : Option.each(Encoder.UNITS, options.get(Encoder.UNITS), depth);
    var layers = new ArrayList<Rnn>();
    for (int i = 0; i < depth; i++) {
      layers.add(Encoder.rnn(options, cells.apply(cell.get(i)), units.get(i)));
    }
    return new Decoder(options, List.copyOf(layers));
  }

  /**
   * Checks what can be told without cells.
   *
   * @throws OptionException if the options ask for a decoder that reads backwards
   */
  public static void check(Options options) {
    if (options.get(BIDIRECTIONAL)) {
      throw new OptionException(
          "a decoder cannot be bidirectional: reading backwards, it would see the very symbols that"
              + " it is to say. Set "
              + BIDIRECTIONAL
              + " to false; "
              + Encoder.BIDIRECTIONAL
              + " makes the encoder read both ways");
    }
  }

  /**
   * Opens the decoder for inputs [B, width].
   *
   * @param time how many steps the loop will have, for the noise of training
   */
  public Stepper open(Scope scope, Dim time, Dim batch, Dim width) {
    return new Stepper(scope, time, batch, width);
  }

  /** The decoder over inputs of one width; its parameters and states are its scope's. */
  public final class Stepper {
    private final Scope scope;
    private final List<Rnn.Needs> needs = new ArrayList<>();
    private final List<List<Value>> locked = new ArrayList<>();
    private final List<Value> noises = new ArrayList<>();
    private final Map<String, Integer> states = new LinkedHashMap<>();
    private final Dim batch;

    private Stepper(Scope scope, Dim time, Dim batch, Dim width) {
      this.scope = scope;
      this.batch = batch;
      Dim at = width;
      for (int i = 0; i < layers.size(); i++) {
        Scope own = scope.in("" + i);
        if (i > 0) mask(time, at);
        Rnn.Needs need = layers.get(i).needs(own, batch, at);
        needs.add(need);
        for (int w : need.noises()) noises.add(scope.noise(Shape.of(time, batch, Dim.of(w))));
        locked.add(need.locked(scope, batch));
        String prefix = i + ".";
        need.states().forEach((name, w) -> states.put(prefix + name, w));
        at = need.output();
      }
      mask(time, at);
    }

    private double rate() {
      return scope.training() ? options.get(Encoder.DROPOUT) : 0;
    }

    /** Draws for one dropout; one draw a sequence is the same at all steps. */
    private void mask(Dim time, Dim width) {
      if (rate() == 0) return;
      Shape all = Shape.of(time, batch, width);
      noises.add(
          switch (options.get(Encoder.DROPOUT_MASK)) {
            case STEP -> scope.noise(all);
            case SEQUENCE -> scope.noise(all.with(0, Dim.ONE)).expand(all);
          });
    }

    /** The widths of all states by name, in a fixed order: {@code 0.h}, {@code 0.c}, ... */
    public Map<String, Integer> states() {
      return states;
    }

    /** The width of what a step gives. */
    public Dim width() {
      return needs.getLast().output();
    }

    /** Noise that each step reads, [T, B, ...] each; outside of training none. */
    public List<Value> noises() {
      return noises;
    }

    /** The first value of a state where nothing was read before: zeros, or learned. */
    public Value first(String state) {
      int dot = state.indexOf('.');
      int layer = Integer.parseInt(state.substring(0, dot));
      String name = state.substring(dot + 1);
      Integer width = states.get(state);
      if (width == null) throw new CellException("no state '" + state + "'");
      return layers.get(layer).first(scope.in("" + layer), name, width, batch);
    }

    /**
     * One step.
     *
     * @param input [B, width]
     * @param before every state's value
     * @param noise one step of each of {@link #noises}
     * @return the last layer's output and every state's next value
     */
    public Next step(Value input, Map<String, Value> before, List<Value> noise) {
      var after = new LinkedHashMap<String, Value>();
      Value x = input;
      int at = 0;
      for (int i = 0; i < layers.size(); i++) {
        if (i > 0 && rate() > 0) x = Ops.dropout(x, noise.get(at++), rate());
        String prefix = i + ".";
        var own = new LinkedHashMap<String, Value>();
        for (String name : needs.get(i).states().keySet()) {
          own.put(name, java.util.Objects.requireNonNull(before.get(prefix + name), name));
        }
        int count = needs.get(i).noises().size();
        Next next =
            layers
                .get(i)
                .step(scope.in("" + i), x, own, noise.subList(at, at + count), locked.get(i));
        at += count;
        next.states().forEach((name, v) -> after.put(prefix + name, v));
        x = around(scope.in("" + i), x, next.output());
      }
      if (rate() > 0) x = Ops.dropout(x, noise.get(at), rate());
      return new Next(x, after);
    }

    /** What stands around a cell's step: a residual link, a normalisation. */
    private Value around(Scope own, Value x, Value y) {
      boolean link = options.get(Encoder.RESIDUAL) && x.shape().equals(y.shape());
      Value sum = link ? x.plus(y) : y;
      if (!options.get(Encoder.LAYER_NORM)) return sum;
      return Layer.normalization("norm")
          .apply(own, Sequence.full(sum.unsqueeze(0)))
          .values()
          .squeeze(0);
    }
  }
}
