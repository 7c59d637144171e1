package recurve.io.onnx;

import java.util.List;
import java.util.Map;
import recurve.ir.Ops;
import recurve.ir.Value;

/** Activations as operators of their own, and as the functions of recurrent operators. */
final class Activations {
  private Activations() {}

  static Map<String, Lowering> all() {
    return Map.ofEntries(
        Map.entry("Relu", call -> call.result(call.value(0).max(0))),
        Map.entry("Tanh", Arithmetic.floating(Ops::tanh)),
        Map.entry("Sigmoid", Arithmetic.floating(Ops::sigmoid)),
        Map.entry("Softplus", Arithmetic.floating(Activations::softplus)),
        Map.entry("Softsign", Arithmetic.floating(Activations::softsign)),
        Map.entry("LeakyRelu", parametric("LeakyRelu", 0.01, 0)),
        Map.entry("Elu", parametric("Elu", 1, 0)),
        Map.entry("ThresholdedRelu", parametric("ThresholdedRelu", 1, 0)),
        Map.entry("HardSigmoid", parametric("HardSigmoid", 0.2, 0.5)),
        Map.entry("Selu", Activations::selu),
        Map.entry("Celu", Activations::celu),
        Map.entry("HardSwish", Arithmetic.floating(Activations::hardSwish)),
        Map.entry("Mish", Arithmetic.floating(x -> x.times(Ops.tanh(softplus(x))))),
        Map.entry("Swish", Activations::swish),
        Map.entry("Gelu", Activations::gelu),
        Map.entry("Shrink", Activations::shrink),
        Map.entry("PRelu", Activations::prelu));
  }

  private static Lowering parametric(String name, double alpha, double beta) {
    return call -> {
      double a = call.real("alpha", alpha), b = call.real("beta", beta);
      return call.result(apply(name, call.value(0), a, b));
    };
  }

  /** What a recurrent operator's functions are when no numbers are given with them. */
  static double alpha(String name) {
    return switch (name) {
      case "LeakyRelu" -> 0.01;
      case "HardSigmoid" -> 0.2;
      case "Elu", "ThresholdedRelu", "Affine", "ScaledTanh" -> 1;
      default -> 0; // takes none
    };
  }

  /** What a recurrent operator's functions are when no numbers are given with them. */
  static double beta(String name) {
    return switch (name) {
      case "HardSigmoid" -> 0.5;
      case "ScaledTanh" -> 1;
      default -> 0; // takes none, or adds nothing
    };
  }

  static boolean takesAlpha(String name) {
    return switch (name) {
      case "LeakyRelu", "HardSigmoid", "Elu", "ThresholdedRelu", "Affine", "ScaledTanh" -> true;
      default -> false; // the others have no numbers
    };
  }

  static boolean takesBeta(String name) {
    return switch (name) {
      case "HardSigmoid", "Affine", "ScaledTanh" -> true;
      default -> false; // the others have at most one number
    };
  }

  /** One of the eleven functions that a recurrent operator may name. */
  static Value apply(String name, Value x, double alpha, double beta) {
    return switch (name) {
      case "Tanh" -> Ops.tanh(x);
      case "Sigmoid" -> Ops.sigmoid(x);
      case "Relu" -> x.max(0);
      case "Affine" -> x.times(alpha).plus(beta);
      case "LeakyRelu" -> x.less(0).where(x.times(alpha), x);
      case "ThresholdedRelu" -> x.like(alpha).less(x).where(x, x.like(0));
      case "ScaledTanh" -> Ops.tanh(x.times(beta)).times(alpha);
      case "HardSigmoid" -> x.times(alpha).plus(beta).max(0).min(x.like(1));
      // beyond zero the branch not taken must not overflow
      case "Elu" -> x.less(0).where(Ops.exp(x.min(x.like(0))).minus(1).times(alpha), x);
      case "Softsign" -> softsign(x);
      case "Softplus" -> softplus(x);
      default -> throw new Refusal("no activation '" + name + "' is known");
    };
  }

  private static Value softsign(Value x) {
    return x.over(Arithmetic.abs(x).plus(1));
  }

  /** {@code log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|))}, which does not overflow. */
  private static Value softplus(Value x) {
    Value small = Ops.log(Ops.exp(Arithmetic.abs(x).neg()).plus(1));
    return x.max(0).plus(small);
  }

  private static List<Item> selu(Call call) {
    Value x = call.value(0);
    double alpha = call.real("alpha", 1.67326319217681884765625);
    double gamma = call.real("gamma", 1.05070102214813232421875);
    return call.result(apply("Elu", x, alpha, 0).times(gamma));
  }

  private static List<Item> celu(Call call) {
    Value x = call.value(0);
    double alpha = call.real("alpha", 1);
    Value negative = Ops.exp(x.min(x.like(0)).over(alpha)).minus(1).times(alpha);
    return call.result(x.max(0).plus(negative));
  }

  private static Value hardSwish(Value x) {
    return x.times(apply("HardSigmoid", x, 1.0 / 6, 0.5));
  }

  private static List<Item> swish(Call call) {
    Value x = call.value(0);
    return call.result(x.times(Ops.sigmoid(x.times(call.real("alpha", 1)))));
  }

  private static List<Item> gelu(Call call) {
    Value x = call.value(0);
    Value gate =
        call.text("approximate", "none").equals("tanh")
            ? Ops.tanh(x.plus(x.times(x).times(x).times(0.044715)).times(Math.sqrt(2 / Math.PI)))
            : Arithmetic.erf(x.times(Math.sqrt(0.5)));
    return call.result(x.times(0.5).times(gate.plus(1)));
  }

  private static List<Item> shrink(Call call) {
    Value x = call.value(0);
    double bias = call.real("bias", 0), bound = call.real("lambd", 0.5);
    Value high = x.like(bound).less(x).where(x.minus(bias), x.like(0));
    return call.result(x.less(-bound).where(x.plus(bias), high));
  }

  private static List<Item> prelu(Call call) {
    Value x = call.value(0);
    Value slope = Build.expand(call.value(1), x.shape());
    return call.result(x.less(0).where(x.times(slope), x));
  }
}
