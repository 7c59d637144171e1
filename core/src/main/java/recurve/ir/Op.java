package recurve.ir;

import java.util.List;
import java.util.Locale;

/**
 * The operations, all of them. Names are ONNX's, or StableHLO's where ONNX has none.
 *
 * <p>The family is sealed and closed under the gradient. A switch over it has no default: a new
 * operation then does not compile until gradient, verifier, printer, exporter and every backend
 * have their line.
 */
public sealed interface Op {

  /** A value from outside: a parameter, a batch, a carried state, or an argument of a loop body. */
  record Input(String name, Type type) implements Op {}

  /** One number in every element. Of BOOL, non-zero is true. */
  record Constant(double value, Type type) implements Op {}

  /** Each element holds its index along an axis. */
  record Range(int axis, Type type) implements Op {}

  /**
   * Uniform numbers in [0, 1) as a pure function of a key: {@code (key I32[3]) -> type}.
   *
   * <p>Philox-4x32-10 (Salmon et al. 2011): key words 0 and 1 are the seed, the counter is {@code
   * (element / 4, stream, key word 2, 0)} and word {@code element % 4} of the block is taken; its
   * upper 24 bits times 2^-24. So no backend, thread count or resume changes a number.
   */
  record RandomUniform(int stream, Type type) implements Op {}

  /** {@code y = f(x)}, element by element; floating point. */
  enum Unary implements Op {
    NEG,
    EXP,
    LOG,
    SQRT,
    TANH,
    SIGMOID,
    /**
     * The identity, with no gradient: what the shift of a softmax and other values that cancel are
     * for. Without it every log-softmax pays a reduction and a broadcast for a gradient that is
     * zero.
     */
    STOP_GRADIENT;

    @Override
    public String toString() {
      return camel(name());
    }
  }

  /** Changes the element type; to I32 truncates towards zero; to BOOL is {@code x != 0}. */
  record Cast(DType to) implements Op {}

  /** {@code y = f(a, b)}, element by element, of equal types. LESS and EQUAL yield BOOL. */
  enum Binary implements Op {
    ADD,
    SUB,
    MUL,
    DIV,
    MAX,
    LESS,
    EQUAL;

    /** Whether the result is a truth value. */
    public boolean isComparison() {
      return this == LESS || this == EQUAL;
    }

    @Override
    public String toString() {
      return camel(name());
    }
  }

  /** {@code (condition BOOL, a, b) -> condition ? a : b}, element by element. */
  record Where() implements Op {}

  /**
   * {@code [..., m, k] x [..., k, n] -> [..., m, n]}; leading axes are equal, or the right side is
   * a matrix that serves all of them.
   */
  record MatMul() implements Op {}

  /** The sum along an axis, which stays with extent one. */
  record ReduceSum(int axis) implements Op {}

  /** The largest element along an axis, which stays with extent one. */
  record ReduceMax(int axis) implements Op {}

  /** The same elements in row-major order under another shape of the same size. */
  record Reshape(Shape to) implements Op {}

  /** Axis {@code i} of the result is axis {@code permutation[i]} of the argument. */
  record Transpose(List<Integer> permutation) implements Op {
    public Transpose {
      permutation = List.copyOf(permutation);
    }
  }

  /** Repeats along axes of extent one; the rank stays. */
  record Expand(Shape to) implements Op {}

  /** Joins along an axis. */
  record Concat(int axis) implements Op {}

  /** Elements {@code from} (inclusive) to {@code to} (exclusive) along an axis. */
  record Slice(int axis, Dim from, Dim to) implements Op {}

  /** Zeros before and after along an axis. */
  record Pad(int axis, Dim before, Dim after) implements Op {}

  /** {@code (table [V, rest...], ids I32 [any...]) -> [any..., rest...]}: rows by id. */
  record Gather() implements Op {}

  /**
   * {@code (updates [any..., rest...], ids I32 [any...]) -> [rows, rest...]}: zeros, to which each
   * update is added in the row of its id, in row-major order of the ids.
   */
  record ScatterND(Dim rows) implements Op {}

  /**
   * The loop: {@code (consts, init, xs, lengths?) -> (carry, ys)}.
   *
   * <p>The body's inputs are the constants, the carry and one step of each x (its leading axis
   * removed); its outputs the next carry and one step of each y. All x and y have {@code length} as
   * their leading axis. With {@code lengths} (I32 [B], the last argument) the leading axis of every
   * carry and of every step value is the batch: at step {@code t} a row with {@code t >= length}
   * keeps its carry and yields zeros, in either direction; so a reverse loop starts each row at its
   * own last step.
   */
  record Scan(Graph body, int consts, int carries, Dim length, boolean reverse, boolean lengths)
      implements Op {
    /** How many sequences the loop reads. */
    public int xs() {
      return body.inputs().size() - consts - carries;
    }

    /** How many sequences the loop writes. */
    public int ys() {
      return body.outputs().size() - carries;
    }
  }

  /** The operation's name as ONNX or StableHLO spells it. */
  default String title() {
    return switch (this) {
      case Unary u -> u.toString();
      case Binary b -> b.toString();
      case Record r -> r.getClass().getSimpleName();
    };
  }

  private static String camel(String constant) {
    var text = new StringBuilder();
    for (String word : constant.split("_")) {
      text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}
