package recurve.train;

import java.util.Map;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.ir.Tensor;

/** Looks weights up for a model, and says plainly when they are another model's. */
final class Weights {
  private Weights() {}

  static Tensor get(Map<String, Tensor> weights, Scope.Parameter parameter) {
    Tensor t = weights.get(parameter.name());
    // what is given need not have been saved: a graph for export may have some that training has
    // not
    if (t == null && parameter.init() instanceof Init.Given given) t = given.value();
    if (t == null) {
      throw new TrainingException(
          "the weights lack '" + parameter.name() + "'; they are another model's");
    }
    if (!t.shape().equals(parameter.value().shape())) {
      throw new TrainingException(
          "the weights' '"
              + parameter.name()
              + "' is "
              + t.shape()
              + " but the model's is "
              + parameter.value().shape()
              + "; they are another model's");
    }
    return t;
  }
}
