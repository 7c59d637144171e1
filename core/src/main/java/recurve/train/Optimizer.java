package recurve.train;

import static recurve.ir.Ops.sqrt;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.DType;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;

/**
 * How parameters move, as equations over one parameter p, its gradient g and the rate η. Slots (the
 * moments) are kept from step to step.
 */
public enum Optimizer {
  /** {@code p' = p - η g}. */
  SGD {
    @Override
    Value next(Slots s, Options o, Value p, Value g, Value rate) {
      return p.minus(rate.times(g));
    }
  },

  /** {@code v' = μ v + g; p' = p - η v'} (Polyak 1964). */
  MOMENTUM {
    @Override
    Value next(Slots s, Options o, Value p, Value g, Value rate) {
      Value v = s.slot("velocity", p).times(o.get(MU)).plus(g);
      s.set("velocity", v);
      return p.minus(rate.times(v));
    }
  },

  /** {@code v' = μ v + g; p' = p - η (g + μ v')} (Nesterov 1983, as Sutskever et al. 2013). */
  NESTEROV {
    @Override
    Value next(Slots s, Options o, Value p, Value g, Value rate) {
      Value v = s.slot("velocity", p).times(o.get(MU)).plus(g);
      s.set("velocity", v);
      return p.minus(rate.times(g.plus(v.times(o.get(MU)))));
    }
  },

  /** {@code s' = s + g²; p' = p - η g / (√s' + ε)} (Duchi et al. 2011). */
  ADAGRAD {
    @Override
    Value next(Slots s, Options o, Value p, Value g, Value rate) {
      Value sum = s.slot("squares", p).plus(g.square());
      s.set("squares", sum);
      return p.minus(rate.times(g).over(sqrt(sum).plus(o.get(EPSILON))));
    }
  },

  /** {@code s' = ρ s + (1-ρ) g²; p' = p - η g / (√s' + ε)} (Hinton 2012). */
  RMSPROP {
    @Override
    Value next(Slots s, Options o, Value p, Value g, Value rate) {
      double rho = o.get(RHO);
      Value mean = s.slot("squares", p).times(rho).plus(g.square().times(1 - rho));
      s.set("squares", mean);
      return p.minus(rate.times(g).over(sqrt(mean).plus(o.get(EPSILON))));
    }
  },

  /** Adam (Kingma and Ba 2015): RMSprop with momentum, both freed from their start at zero. */
  ADAM {
    @Override
    Value next(Slots s, Options o, Value p, Value g, Value rate) {
      return p.minus(rate.times(adam(s, o, p, g)));
    }
  },

  /** Adam with weight decay beside the moments and not in them (Loshchilov and Hutter 2019). */
  ADAMW {
    @Override
    Value next(Slots s, Options o, Value p, Value g, Value rate) {
      Value decay = p.times(o.get(WEIGHT_DECAY));
      return p.minus(rate.times(adam(s, o, p, g).plus(decay)));
    }
  },

  /**
   * SGD whose result is the mean of the parameters since averaging began (Polyak and Juditsky
   * 1992); it begins when validation stops improving (Merity et al. 2018) or at an epoch.
   */
  ASGD {
    @Override
    Value next(Slots s, Options o, Value p, Value g, Value rate) {
      Value next = p.minus(rate.times(g));
      Value on = s.input(AVERAGING, p.dtype());
      Value n = s.slot("count", Ops.constant(0, p.dtype(), Shape.SCALAR)).plus(on);
      s.set("count", n);
      Value mean = s.slot(AVERAGE, p);
      // before averaging begins n stays 0 and the mean follows the parameter
      Value step = next.minus(mean).over(n.max(1));
      s.set(AVERAGE, n.less(0.5).expand(p.shape()).where(next, mean.plus(step)));
      return next;
    }
  };

  static final String AVERAGE = "average";
  static final String AVERAGING = "averaging";

  public static final Option<Optimizer> OPTIMIZER =
      Option.of("optimizer", ADAM, "how parameters move");
  public static final Option<Double> MU =
      Option.of("momentum", 0.9, "momentum of the momentum and nesterov optimisers").range(0, 1);
  public static final Option<Double> RHO =
      Option.of("rho", 0.9, "decay of rmsprop's mean of squares").range(0, 1);
  public static final Option<Double> BETA1 =
      Option.of("beta1", 0.9, "decay of adam's mean of gradients").range(0, 1);
  public static final Option<Double> BETA2 =
      Option.of("beta2", 0.999, "decay of adam's mean of squares").range(0, 1);
  public static final Option<Double> EPSILON =
      Option.of("epsilon", 1e-8, "added to denominators of adaptive optimisers").atLeast(0);
  public static final Option<Double> WEIGHT_DECAY =
      Option.of("weight_decay", 0.0, "L2 penalty; of adamw, decay beside the moments").atLeast(0);

  /** What the optimisers read. */
  public static List<Option<?>> options() {
    return List.of(OPTIMIZER, MU, RHO, BETA1, BETA2, EPSILON, WEIGHT_DECAY);
  }

  abstract Value next(Slots s, Options o, Value p, Value g, Value rate);

  /** The parameter after one step. */
  Value update(Slots s, Options o, Value p, Value g, Value rate) {
    double decay = o.get(WEIGHT_DECAY);
    boolean penalised = decay > 0 && this != ADAMW;
    return next(s, o, p, penalised ? g.plus(p.times(decay)) : g, rate);
  }

  private static Value adam(Slots s, Options o, Value p, Value g) {
    double b1 = o.get(BETA1), b2 = o.get(BETA2);
    Value m = s.slot("mean", p).times(b1).plus(g.times(1 - b1));
    Value v = s.slot("squares", p).times(b2).plus(g.square().times(1 - b2));
    // 1 - β^t, t counted from 1, by the recurrence c' = β c + 1 - β from c = 0
    Value zero = Ops.constant(0, p.dtype(), Shape.SCALAR);
    Value c1 = s.slot("mean.correction", zero).times(b1).plus(1 - b1);
    Value c2 = s.slot("squares.correction", zero).times(b2).plus(1 - b2);
    s.set("mean", m);
    s.set("squares", v);
    s.set("mean.correction", c1);
    s.set("squares.correction", c2);
    return m.over(c1).over(sqrt(v.over(c2)).plus(o.get(EPSILON)));
  }

  /** The values kept for one parameter from step to step; each begins as zeros. */
  static final class Slots {
    private final String prefix;
    private final Map<String, Value> read = new LinkedHashMap<>();
    private final Map<String, Value> written = new LinkedHashMap<>();
    private final Map<String, Value> inputs;

    Slots(String parameter, Map<String, Value> inputs) {
      this.prefix = parameter + "/";
      this.inputs = inputs;
    }

    Value slot(String name, Value like) {
      return read.computeIfAbsent(prefix + name, n -> Ops.input(n, like.dtype(), like.shape()));
    }

    void set(String name, Value next) {
      written.put(prefix + name, next);
    }

    Value input(String name, DType dtype) {
      return inputs.computeIfAbsent(name, n -> Ops.input(n, dtype, Shape.SCALAR));
    }

    Map<String, Value> read() {
      return read;
    }

    Map<String, Value> written() {
      return written;
    }
  }
}
