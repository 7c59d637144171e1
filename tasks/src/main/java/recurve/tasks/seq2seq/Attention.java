package recurve.tasks.seq2seq;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.cell.Sequence;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.OptionException;
import recurve.option.Options;

/**
 * Where a decoder in state q looks in the source h_1 ... h_S.
 *
 * <pre>
 *   a = softmax(score(q, h_s))      context = Σ_s a_s h_s
 * </pre>
 *
 * What stands past a source's length has no weight, whatever it is.
 */
enum Attention {
  /** Nowhere: all that the decoder has is the state it begins with. */
  NONE {
    @Override
    Map<String, Value> prepare(Scope scope, Options options, Value h, Dim query) {
      return Map.of();
    }

    @Override
    Value scores(Scope scope, Options options, Value q, Memory memory, Optional<Value> coverage) {
      throw new IllegalStateException("no attention, no scores");
    }
  },

  /** {@code q · h_s} (Luong et al. 2015). */
  DOT {
    @Override
    Map<String, Value> prepare(Scope scope, Options options, Value h, Dim query) {
      if (!h.dim(-1).equals(query)) {
        throw new OptionException(
            "attention dot multiplies states of the decoder, "
                + query
                + " wide, by those of the encoder, "
                + h.dim(-1)
                + " wide. Make them equal, or set "
                + KIND
                + " to general");
      }
      return Map.of(VALUES, h);
    }

    @Override
    Value scores(Scope scope, Options options, Value q, Memory memory, Optional<Value> coverage) {
      return covered(scope, product(q, memory.get(VALUES)), coverage);
    }
  },

  /** {@code q · W h_s} (Luong et al. 2015). */
  GENERAL {
    @Override
    Map<String, Value> prepare(Scope scope, Options options, Value h, Dim query) {
      return both(matrix(scope, "keys", h, query), h);
    }

    @Override
    Value scores(Scope scope, Options options, Value q, Memory memory, Optional<Value> coverage) {
      return covered(scope, product(q, memory.get(KEYS)), coverage);
    }
  },

  /** {@code v · tanh(W h_s + U q + b)} (Bahdanau et al. 2015). */
  ADDITIVE {
    @Override
    Map<String, Value> prepare(Scope scope, Options options, Value h, Dim query) {
      Dim width = width(options, query);
      Value b = scope.parameter("keys.b", Init.BIAS, Shape.of(width));
      return both(matrix(scope, "keys", h, width).plus(b), h);
    }

    @Override
    Value scores(Scope scope, Options options, Value q, Memory memory, Optional<Value> coverage) {
      Value keys = memory.get(KEYS); // [B, S, A]
      Dim width = keys.dim(-1);
      Value sum = keys.plus(matrix(scope, "query", q, width).unsqueeze(1));
      if (coverage.isPresent()) {
        Value c = scope.parameter("coverage.W", Init.WEIGHT, Shape.of(Dim.ONE, width));
        sum = sum.plus(coverage.get().unsqueeze(-1).times(c));
      }
      Value v = scope.parameter("v", Init.WEIGHT, Shape.of(width, Dim.ONE));
      return Ops.tanh(sum).matmul(v).swap(1, 2); // [B, 1, S]
    }
  },

  /** Several scaled products side by side, each of its own projections (Vaswani et al. 2017). */
  MULTI_HEAD {
    @Override
    Map<String, Value> prepare(Scope scope, Options options, Value h, Dim query) {
      Dim width = width(options, query);
      long heads = options.get(HEADS);
      if (width.number() % heads != 0) {
        throw new OptionException(
            "attention of "
                + heads
                + " heads cannot share "
                + width
                + " units. Set "
                + UNITS
                + " to a multiple of "
                + HEADS);
      }
      return both(
          split(options, matrix(scope, "keys", h, width)),
          split(options, matrix(scope, "values", h, width)));
    }

    /** [B, n, A] as [B, heads, n, A / heads]. */
    private Value split(Options options, Value x) {
      Dim heads = Dim.of(options.get(HEADS));
      Dim each = Dim.of(x.dim(-1).number() / options.get(HEADS));
      return x.reshape(Shape.of(x.dim(0), x.dim(1), heads, each)).swap(1, 2);
    }

    @Override
    Value scores(Scope scope, Options options, Value q, Memory memory, Optional<Value> coverage) {
      Value keys = memory.get(KEYS); // [B, heads, S, d]
      Dim width = keys.dim(-1).times(keys.dim(1));
      Value queries = split(options, matrix(scope, "query", q, width).unsqueeze(1));
      Value scores = queries.matmul(keys.t()); // [B, heads, 1, S]
      scores = scores.times(1 / Math.sqrt(keys.dim(-1).number()));
      return covered(scope, scores, coverage.map(c -> c.unsqueeze(1)));
    }
  };

  static final Option<Attention> KIND =
      Option.of("attention", ADDITIVE, "how the decoder looks at the source");
  static final Option<Integer> UNITS =
      Option.of("attention_units", 0, "width of additive and multi-head attention; 0: as decoder")
          .atLeast(0);
  static final Option<Integer> HEADS =
      Option.of("heads", 4, "heads of multi-head attention").range(1, 1000);

  /** What is looked at: [B, S, width], or [B, heads, S, width]. */
  static final String VALUES = "memory";

  /** What scores are made with, of the same form. */
  static final String KEYS = "keys";

  /** Below all that a network computes, and far from where F32 overflows. */
  private static final double LEAST = -1e30;

  /**
   * What attention reads of a batch of sources: made once, read at each step.
   *
   * @param values by name, the batch leading
   * @param lengths I32 [B]
   */
  record Memory(Map<String, Value> values, Value lengths) {
    Memory {
      values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    Value get(String name) {
      return Objects.requireNonNull(values.get(name), name);
    }
  }

  /**
   * What one look gives.
   *
   * @param context [B, width]
   * @param weights [B, S]; of several heads the mean
   */
  record Look(Value context, Value weights) {}

  /** All that needs no state of the decoder. */
  abstract Map<String, Value> prepare(Scope scope, Options options, Value h, Dim query);

  /** [B, 1, S], or [B, heads, 1, S]. */
  abstract Value scores(
      Scope scope, Options options, Value q, Memory memory, Optional<Value> coverage);

  /**
   * Prepares a batch of sources.
   *
   * @param states of the encoder, with lengths
   * @param query the width of the decoder's states
   */
  Memory memory(Scope scope, Options options, Sequence states, Dim query) {
    Value lengths = states.lengths().orElseThrow();
    Value h = states.values();
    // a zero weight times what stands in the padding need not be zero
    Value known = alive(h.dim(0), lengths).swap(0, 1).unsqueeze(-1).where(h, h.like(0));
    return new Memory(prepare(scope, options, known.swap(0, 1), query), lengths);
  }

  /**
   * Looks at the sources.
   *
   * @param q the decoder's states, [B, width]
   * @param coverage how much each place was looked at before, [B, S], if that has a part in it
   */
  Look look(Scope scope, Options options, Value q, Memory memory, Optional<Value> coverage) {
    Value values = memory.get(VALUES);
    Value scores = scores(scope, options, q, memory, coverage);
    Value alive = alive(values.dim(-2), memory.lengths());
    for (int i = scores.rank(); i > 2; i--) alive = alive.unsqueeze(1);
    Value weights = Ops.softmax(alive.where(scores, scores.like(LEAST)), -1);
    Value context = weights.matmul(values); // [B, 1, width] or [B, heads, 1, width]
    Dim width = context.rank() == 3 ? context.dim(2) : context.dim(3).times(context.dim(1));
    Value mean = weights.rank() == 3 ? weights.squeeze(1) : weights.mean(1).squeeze(1).squeeze(1);
    return new Look(context.reshape(Shape.of(q.dim(0), width)), mean);
  }

  /** BOOL [B, S]: where a source has a state. */
  private static Value alive(Dim steps, Value lengths) {
    Shape shape = Shape.of(lengths.dim(0), steps);
    return Ops.range(1, DType.I32, shape).less(lengths.unsqueeze(1));
  }

  private static Map<String, Value> both(Value keys, Value values) {
    var both = new LinkedHashMap<String, Value>();
    both.put(KEYS, keys);
    both.put(VALUES, values);
    return both;
  }

  private static Value matrix(Scope scope, String name, Value x, Dim width) {
    return x.matmul(scope.parameter(name + ".W", Init.WEIGHT, Shape.of(x.dim(-1), width)));
  }

  private static Dim width(Options options, Dim query) {
    int units = options.get(UNITS);
    return units == 0 ? query : Dim.of(units);
  }

  /** {@code q · k_s}, [B, 1, S]. */
  private static Value product(Value q, Value keys) {
    return q.unsqueeze(1).matmul(keys.t());
  }

  /** Scores, and a learnt multiple of what was looked at before. */
  private static Value covered(Scope scope, Value scores, Optional<Value> coverage) {
    if (coverage.isEmpty()) return scores;
    Value w = scope.parameter("coverage.W", Init.BIAS, Shape.of(1));
    return scores.plus(coverage.get().unsqueeze(1).times(w));
  }

  /** Whether the decoder looks at the source at all. */
  boolean isUsed() {
    return this != NONE;
  }

  static List<Option<?>> options() {
    return List.of(KIND, UNITS, HEADS);
  }
}
