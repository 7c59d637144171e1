package recurve.io.onnx;

import java.util.List;
import java.util.Optional;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;

/**
 * A loop whose equations are those of an ONNX operator, with that operator's arguments as values of
 * the graph around the loop.
 *
 * @param operator LSTM, GRU or RNN
 * @param x the sequence, [T, B, I]
 * @param w the weights of the input, [1, gates*H, I], gates in ONNX's order
 * @param r the weights of the state, [1, gates*H, H]
 * @param b the biases of both, [1, 2*gates*H]
 * @param p the peepholes, [1, 3*H]
 * @param first what h, and of an LSTM c, begin as, [B, H]
 * @param carries which carry of the loop h, and c, are
 * @param hidden H
 * @param activations where they are not the operator's usual ones
 * @param linearBeforeReset of a GRU: whether the reset gate acts on the product
 */
record Recurrence(
    String operator,
    Value x,
    Value w,
    Value r,
    Value b,
    Optional<Value> p,
    List<Value> first,
    List<Integer> carries,
    long hidden,
    List<String> activations,
    boolean linearBeforeReset) {

  /** What comparing a loop's equations with ONNX's gives. */
  sealed interface Match {
    /** They are the same. */
    record Fused(Recurrence recurrence) implements Match {}

    /** They are not, for a reason that fits into a report. */
    record Unlike(String reason) implements Match {}
  }

  static Match of(Node loop, Op.Scan scan) {
    return new Equations(loop, scan).match();
  }
}
