package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** Losses of classification: of scores, or of their log-probabilities, by target. */
final class Losses {
  private Losses() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "NegativeLogLikelihoodLoss", call -> loss(call, call.value(0), false),
        "SoftmaxCrossEntropyLoss", call -> loss(call, Ops.logSoftmax(call.value(0), 1), true));
  }

  /**
   * The weighted negative log-probability of the targets.
   *
   * @param logp [N, C, ...]; the targets are [N, ...]
   */
  private static List<Item> loss(Call call, Value logp, boolean both) {
    Value targets = call.value(1);
    Fit.same(targets.shape(), logp.shape().without(1));
    Value at = targets.unsqueeze(1).expand(logp.shape());
    Value hit = at.eq(Ops.range(1, DType.I32, logp.shape()));
    if (call.hasAttribute("ignore_index")) {
      Value ignored = at.eq(at.like(call.integer("ignore_index", 0)));
      hit = ignored.where(hit.like(0), hit);
    }
    Value weight = logp.like(1);
    Optional<Value> given = call.optional(2);
    if (given.isPresent()) {
      var line = new ArrayList<>(java.util.Collections.nCopies(logp.rank(), Dim.ONE));
      line.set(1, logp.dim(1));
      weight = Build.expand(Build.reshape(given.get(), new Shape(line)), logp.shape());
    }
    Value zero = logp.like(0);
    Value each = hit.where(logp.neg().times(weight), zero).sum(1).squeeze(1);
    Value counted = hit.where(weight, zero).sum(1).squeeze(1);
    Value result =
        switch (call.text("reduction", "mean")) {
          case "none" -> each;
          case "sum" -> each.total();
          case "mean" -> each.total().over(counted.total());
          default -> throw new Refusal("reduction '" + call.text("reduction", "") + "'");
        };
    Item loss = Item.of(call.type(0), result);
    return both ? List.of(loss, Item.of(call.type(0), logp)) : List.of(loss);
  }
}
