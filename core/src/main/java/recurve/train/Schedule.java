package recurve.train;

import java.util.List;
import recurve.option.Option;
import recurve.option.Options;

/**
 * The learning rate over time, as a pure function of how far training is and what validation said:
 * so a resume needs no more than those.
 */
public enum Schedule {
  /** The same all the time. */
  CONSTANT {
    @Override
    double factor(Options o, Progress p) {
      return 1;
    }
  },

  /** {@code decay^(epoch - decay_after)} once that many epochs are over (Zaremba et al. 2014). */
  STEP {
    @Override
    double factor(Options o, Progress p) {
      return StrictMath.pow(o.get(DECAY), Math.max(0, p.epoch() + 1 - o.get(DECAY_AFTER)));
    }
  },

  /** {@code 1 / (1 + decay · epochs)}. */
  INVERSE_TIME {
    @Override
    double factor(Options o, Progress p) {
      return 1 / (1 + o.get(DECAY) * p.time());
    }
  },

  /** Times {@code decay} whenever validation has not improved for {@code patience} epochs. */
  PLATEAU {
    @Override
    double factor(Options o, Progress p) {
      double best = Double.POSITIVE_INFINITY, factor = 1;
      int waited = 0;
      for (double cost : p.validation()) {
        if (cost < best) {
          best = cost;
          waited = 0;
        } else if (++waited > o.get(PATIENCE)) {
          factor *= o.get(DECAY);
          waited = 0;
        }
      }
      return factor;
    }
  },

  /** Half a cosine from one to zero over all epochs (Loshchilov and Hutter 2017). */
  COSINE {
    @Override
    double factor(Options o, Progress p) {
      return (1 + StrictMath.cos(Math.PI * p.done())) / 2;
    }
  },

  /** Up from 1/25 over the first three tenths, then down to nothing, by cosines (Smith 2018). */
  ONE_CYCLE {
    @Override
    double factor(Options o, Progress p) {
      double peak = 0.3, low = 1.0 / 25;
      if (p.done() < peak)
        return low + (1 - low) * (1 - StrictMath.cos(Math.PI * p.done() / peak)) / 2;
      return (1 + StrictMath.cos(Math.PI * (p.done() - peak) / (1 - peak))) / 2;
    }
  };

  /**
   * How far training is.
   *
   * @param step updates made
   * @param epoch whole passes made
   * @param fraction of the pass under way, in [0, 1)
   * @param epochs passes to make
   * @param validation cost on the validation text after each pass; smaller is better
   */
  public record Progress(
      long step, int epoch, double fraction, int epochs, List<Double> validation) {
    public Progress {
      validation = List.copyOf(validation);
    }

    double time() {
      return epoch + fraction;
    }

    double done() {
      return Math.min(1, time() / epochs);
    }
  }

  public static final Option<Double> RATE =
      Option.of("learning_rate", 0.001, "step size of the optimiser").atLeast(0);
  public static final Option<Schedule> SCHEDULE =
      Option.of("schedule", CONSTANT, "how the learning rate changes");
  public static final Option<Double> DECAY =
      Option.of("decay", 0.5, "factor of the step, inverse-time and plateau schedules").atLeast(0);
  public static final Option<Integer> DECAY_AFTER =
      Option.of("decay_after", 1, "epochs at the full rate in the step schedule").atLeast(0);
  public static final Option<Integer> PATIENCE =
      Option.of("patience", 0, "epochs without gain before the plateau schedule decays").atLeast(0);
  public static final Option<Integer> WARMUP =
      Option.of("warmup", 0, "updates over which the rate rises from nothing").atLeast(0);

  /** What the schedules read. */
  public static List<Option<?>> options() {
    return List.of(RATE, SCHEDULE, DECAY, DECAY_AFTER, PATIENCE, WARMUP);
  }

  abstract double factor(Options o, Progress p);

  /** The learning rate now. */
  public static double rate(Options o, Progress p) {
    double warm = o.get(WARMUP) == 0 ? 1 : Math.min(1, (p.step() + 1.0) / o.get(WARMUP));
    return o.get(RATE) * warm * o.get(SCHEDULE).factor(o, p);
  }
}
