package recurve.tasks.seq2seq;

import java.util.List;
import java.util.Optional;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;
import recurve.tasks.Rows;

/** What training minimises, and what the decoder hears meanwhile. */
final class Loss {
  /** What one draw of scheduled sampling decides. */
  enum Draw {
    /** A symbol (Bengio et al. 2015). */
    STEP,
    /** A whole target, as where half of the examples are forced. */
    SEQUENCE
  }

  static final Option<Double> SMOOTHING =
      Option.of("label_smoothing", 0.0, "share of the loss that asks for all symbols alike")
          .range(0, 0.99);
  static final Option<Double> SAMPLING =
      Option.of("sampling", 0.0, "scheduled sampling: how often the decoder hears itself")
          .range(0, 1);
  static final Option<Integer> RAMP =
      Option.of("sampling_ramp", 0, "updates until sampling has grown from 0 to its share")
          .atLeast(0);
  static final Option<Draw> DRAW =
      Option.of("sampling_draw", Draw.STEP, "whether sampling is drawn by step or by sequence");
  static final Option<Double> COVERAGE =
      Option.of("coverage_loss", 0.0, "weight of looking again where attention looked, in the loss")
          .range(0, 1000);

  private Loss() {}

  static List<Option<?>> options() {
    return List.of(SMOOTHING, SAMPLING, RAMP, DRAW, COVERAGE);
  }

  /** Where the decoder hears itself, BOOL [U, B, 1]; nothing where it never does. */
  static Optional<Value> own(Scope scope, Options options) {
    double share = options.get(SAMPLING);
    if (!scope.training() || share == 0) return Optional.empty();
    Shape shape = Shape.of(Network.STEPS, Rows.BATCH);
    Value noise =
        switch (options.get(DRAW)) {
          case STEP -> scope.noise(shape);
          case SEQUENCE -> scope.noise(shape.with(0, recurve.ir.Dim.ONE)).expand(shape);
        };
    int ramp = options.get(RAMP);
    Value threshold = noise.like(share);
    if (ramp > 0) {
      // the third word of the key counts the updates, so that a resumed run goes on as it was
      Value key = scope.input(Scope.KEY, DType.I32, Shape.of(3));
      Value updates = key.slice(0, 2, 3).cast(scope.dtype()).reshape(Shape.SCALAR);
      Value grown = updates.over(ramp).min(updates.like(1)).times(share);
      threshold = grown.expand(shape);
    }
    return Optional.of(noise.less(threshold).unsqueeze(-1));
  }

  /**
   * The loss summed over the batch.
   *
   * @param nll of each symbol, [U, B]
   * @param alive where there is one, BOOL [U, B]
   */
  static Value sum(Options options, Value nll, Value alive, Network.Speech speech) {
    Value loss = nll.total();
    double smoothing = options.get(SMOOTHING);
    if (smoothing > 0) {
      Value logp = Ops.logSoftmax(speech.scores(), -1);
      Value mean = logp.sum(-1).squeeze(-1).over(-logp.dim(-1).number());
      Value even = alive.where(mean, mean.like(0)).total();
      loss = loss.times(1 - smoothing).plus(even.times(smoothing));
    }
    double again = options.get(COVERAGE);
    if (again > 0 && speech.overlap().isPresent()) {
      Value overlap = speech.overlap().get();
      loss = loss.plus(alive.where(overlap, overlap.like(0)).total().times(again));
    }
    return loss;
  }
}
