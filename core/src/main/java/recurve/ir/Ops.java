package recurve.ir;

import java.util.List;

/** Leaves, and the functions over the operations that models are written in. */
public final class Ops {
  private Ops() {}

  // -- leaves

  /** A value from outside. */
  public static Value input(String name, DType dtype, Shape shape) {
    return leaf(new Op.Input(name, new Type(dtype, shape)));
  }

  /** One number in every element. */
  public static Value constant(double value, DType dtype, Shape shape) {
    return leaf(new Op.Constant(value, new Type(dtype, shape)));
  }

  /** Each element holds its index along an axis. */
  public static Value range(int axis, DType dtype, Shape shape) {
    return leaf(new Op.Range(shape.axis(axis), new Type(dtype, shape)));
  }

  /** Uniform numbers in [0, 1) drawn by key (I32 [3]) and stream; see {@link Op.RandomUniform}. */
  public static Value uniform(Value key, int stream, DType dtype, Shape shape) {
    return Node.of(new Op.RandomUniform(stream, new Type(dtype, shape)), List.of(key)).output();
  }

  /** An extent as a scalar value, known when its symbols are bound. */
  public static Value extent(DType dtype, Dim dim) {
    if (dim.isNumber()) return constant(dim.number(), dtype, Shape.SCALAR);
    // the graph has no shape arithmetic: the last index of a range is the extent less one
    Value last = range(0, dtype, Shape.of(dim)).slice(0, dim.plus(-1), dim);
    return last.reshape(Shape.SCALAR).plus(1);
  }

  private static Value leaf(Op op) {
    return Node.of(op, List.of()).output();
  }

  // -- elementwise functions

  public static Value sigmoid(Value x) {
    return x.unary(Op.Unary.SIGMOID);
  }

  public static Value tanh(Value x) {
    return x.unary(Op.Unary.TANH);
  }

  public static Value exp(Value x) {
    return x.unary(Op.Unary.EXP);
  }

  public static Value log(Value x) {
    return x.unary(Op.Unary.LOG);
  }

  public static Value sqrt(Value x) {
    return x.unary(Op.Unary.SQRT);
  }

  public static Value relu(Value x) {
    return x.max(0);
  }

  /** Joins along an axis. */
  public static Value concat(int axis, List<Value> values) {
    if (values.size() == 1) return values.get(0);
    return Node.of(new Op.Concat(values.get(0).shape().axis(axis)), values).output();
  }

  // -- functions along an axis

  /**
   * {@code exp(x) / sum(exp(x))} along an axis, shifted by the maximum so that nothing overflows.
   */
  public static Value softmax(Value x, int axis) {
    Value e = exp(x.minus(x.maxOver(axis).stopGradient()));
    return e.over(e.sum(axis)).named("Softmax");
  }

  /** {@code log(softmax(x))} without the loss of precision of computing both. */
  public static Value logSoftmax(Value x, int axis) {
    Value z = x.minus(x.maxOver(axis).stopGradient());
    return z.minus(log(exp(z).sum(axis))).named("LogSoftmax");
  }

  /**
   * The negative log-probability of each target under a softmax of the scores.
   *
   * @param scores [..., V], not normalised
   * @param targets I32 [...], in 0..V-1; any other id yields zero loss and zero gradient
   * @return [...], in nats
   */
  public static Value crossEntropy(Value scores, Value targets) {
    Value hit = targets.unsqueeze(-1).expand(scores.shape());
    Value oneHot = hit.eq(range(-1, DType.I32, scores.shape()));
    Value logp = logSoftmax(scores, -1);
    return oneHot.where(logp.neg(), logp.like(0)).sum(-1).squeeze(-1).named("CrossEntropy");
  }

  /** Mean 0 and variance 1 along the last axis, then scaled and shifted (Ba et al. 2016). */
  public static Value layerNorm(Value x, Value scale, Value shift, double epsilon) {
    Value centred = x.minus(x.mean(-1));
    Value variance = centred.square().mean(-1);
    Value y = centred.over(sqrt(variance.plus(epsilon)));
    return y.times(scale).plus(shift).named("LayerNormalization");
  }

  /**
   * Keeps each element where its noise (uniform, of x's shape or one that broadcasts to it) is not
   * below the rate, scaled so that the expectation stays (Srivastava et al. 2014).
   */
  public static Value dropout(Value x, Value noise, double rate) {
    Value kept = x.times(1 / (1 - rate));
    return noise.less(rate).where(x.like(0), kept).named("Dropout");
  }
}
