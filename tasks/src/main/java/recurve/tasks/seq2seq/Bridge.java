package recurve.tasks.seq2seq;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.cell.Decoder;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.OptionException;

/**
 * What the decoder begins with, of what the encoder ended with.
 *
 * <p>A state of a layer comes from the encoder's state of the same name in that layer (of two
 * directions from both; above the encoder's last layer from that one), or from all of the layer's
 * states where none has the name, as between different cells.
 */
enum Bridge {
  /** {@code tanh(ends W + b)}: widths may differ. */
  DENSE {
    @Override
    Value first(Scope scope, Decoder.Stepper decoder, String state, Value ends, Dim width) {
      Value w = scope.parameter(state + ".W", Init.WEIGHT, Shape.of(ends.dim(1), width));
      Value b = scope.parameter(state + ".b", Init.BIAS, Shape.of(width));
      return Ops.tanh(ends.matmul(w).plus(b));
    }
  },

  /** As they are: widths agree. */
  COPY {
    @Override
    Value first(Scope scope, Decoder.Stepper decoder, String state, Value ends, Dim width) {
      if (ends.dim(1).equals(width)) return ends;
      throw new OptionException(
          "bridge copy gives the decoder's state "
              + state
              + ", "
              + width
              + " wide, the "
              + ends.dim(1)
              + " numbers that the encoder ends with. Make them equal, or set "
              + KIND
              + " to dense");
    }
  },

  /** Zeros, or with {@code learned_state} a learnt beginning: attention alone sees the source. */
  NONE {
    @Override
    Value first(Scope scope, Decoder.Stepper decoder, String state, Value ends, Dim width) {
      return decoder.first(state);
    }
  };

  static final Option<Bridge> KIND =
      Option.of("bridge", DENSE, "how the decoder's first state comes from the encoder's last");

  /** One state's first value, [B, width], of what the encoder ended with, [B, any]. */
  abstract Value first(Scope scope, Decoder.Stepper decoder, String state, Value ends, Dim width);

  /**
   * Every state's first value.
   *
   * @param scope of the bridge's parameters
   * @param ends the encoder's last states, by names {@code LAYER. ... .STATE}
   */
  Map<String, Value> all(Scope scope, Decoder.Stepper decoder, Map<String, Value> ends) {
    int last = ends.keySet().stream().mapToInt(Bridge::layer).max().orElse(0);
    var first = new LinkedHashMap<String, Value>();
    decoder
        .states()
        .forEach(
            (state, width) -> {
              int layer = Math.min(layer(state), last);
              Value from = ends(ends, layer, state.substring(state.indexOf('.')));
              first.put(state, first(scope, decoder, state, from, Dim.of(width)));
            });
    return first;
  }

  private static int layer(String state) {
    return Integer.parseInt(state.substring(0, state.indexOf('.')));
  }

  private static Value ends(Map<String, Value> all, int layer, String name) {
    var own = new ArrayList<Value>();
    var named = new ArrayList<Value>();
    all.forEach(
        (state, v) -> {
          if (layer(state) != layer) return;
          own.add(v);
          if (state.endsWith(name)) named.add(v);
        });
    return Ops.concat(1, named.isEmpty() ? List.copyOf(own) : List.copyOf(named));
  }
}
