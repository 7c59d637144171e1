package recurve.transform;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.Dim;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Where the batch stands in the values of a loop's step, and how the loop writes them out: with
 * lengths, the batch has to lead, so that dead rows can be left alone; without, as they are.
 *
 * <p>The axis is followed through the operations; extents would not tell it from another of the
 * same size.
 */
final class Rows {
  /** Differs from step to step, but not row by row: rows were summed, or cannot be told apart. */
  private static final int MIXED = -1;

  /** Is the same for every step. */
  private static final int CONSTANT = -2;

  private final boolean lengths;
  private final Map<Value, Integer> axes = new HashMap<>();

  /**
   * @param lengths whether the loop has lengths; if not, everything is written as it is
   * @param roots what the batch leads in
   */
  Rows(boolean lengths, Collection<Value> roots) {
    this(lengths);
    for (Value v : roots) axes.put(v, 0);
  }

  private Rows(boolean lengths) {
    this.lengths = lengths;
  }

  /** Whether the batch leads once the value is turned, so that the loop can write it. */
  boolean canLead(Value v) {
    return !lengths || axis(v) >= 0;
  }

  /** Whether the batch leads, so that the loop can write the value, or read it, as it is. */
  boolean leads(Value v) {
    return !lengths || axis(v) == 0;
  }

  /** Whether, in a loop with lengths, rows of the value depend on other rows of the batch. */
  boolean mixes(Value v) {
    return lengths && axis(v) == MIXED;
  }

  /** The value as the loop can write it. */
  Value lead(Value v) {
    return lengths && axis(v) > 0 ? v.swap(0, axis(v)) : v;
  }

  /** What was written for a value, as the value was; in a stack, time leads. */
  Value restore(Value written, Value v, boolean stacked) {
    int first = stacked ? 1 : 0;
    return lengths && axis(v) > 0 ? written.swap(first, axis(v) + first) : written;
  }

  private int axis(Value v) {
    Integer known = axes.get(v);
    if (known != null) return known;
    int axis = follow(v);
    axes.put(v, axis);
    return axis;
  }

  private int follow(Value v) {
    Node n = v.node();
    return switch (n.op()) {
      case Op.Input i -> CONSTANT;
      case Op.Constant c -> CONSTANT;
      case Op.Range r -> CONSTANT;
      case Op.RandomUniform r -> axis(n.input(0)) == CONSTANT ? CONSTANT : MIXED;
      case Op.Unary u -> axis(n.input(0));
      case Op.Cast c -> axis(n.input(0));
      case Op.Binary b -> common(n);
      case Op.Where w -> common(n);
      case Op.MatMul m -> product(n.input(0), n.input(1));
      case Op.ReduceSum(int axis) -> unless(axis, n);
      case Op.ReduceMax(int axis) -> unless(axis, n);
      case Op.Reshape(Shape to) -> {
        int axis = axis(n.input(0));
        yield axis < 0 ? axis : Units.kept(n.input(0).shape(), axis, to).orElse(MIXED);
      }
      case Op.Transpose(List<Integer> p) -> {
        int axis = axis(n.input(0));
        yield axis < 0 ? axis : p.indexOf(axis);
      }
      case Op.Expand e -> axis(n.input(0));
      case Op.Concat(int axis) -> common(n) == axis ? MIXED : common(n);
      case Op.Slice(int axis, Dim from, Dim to) -> unless(axis, n);
      case Op.Pad(int axis, Dim before, Dim after) -> unless(axis, n);
      case Op.Gather g -> axis(n.input(0)) == CONSTANT ? axis(n.input(1)) : MIXED;
      case Op.ScatterND s -> common(n) == CONSTANT ? CONSTANT : MIXED;
      case Op.Scan s -> inner(s, n).get(v.index());
    };
  }

  private int common(Node n) {
    int axis = CONSTANT;
    for (Value v : n.inputs()) axis = join(axis, axis(v));
    return axis;
  }

  private static int join(int a, int b) {
    if (a == CONSTANT) return b;
    return b == CONSTANT || a == b ? a : MIXED;
  }

  private int unless(int axis, Node n) {
    return axis(n.input(0)) == axis ? MIXED : axis(n.input(0));
  }

  /** {@code [..., m, k] x [..., k, n]}: the batch may lead, or be m or n, but not k. */
  private int product(Value a, Value b) {
    int inA = axis(a), inB = axis(b), last = a.rank() - 1;
    if (inA == CONSTANT && inB == CONSTANT) return CONSTANT;
    if (inA == MIXED || inB == MIXED) return MIXED;
    if (inB == CONSTANT) return inA == last ? MIXED : inA;
    boolean leads = a.rank() == b.rank() && inB < last - 1;
    if (leads) return inA == CONSTANT || inA == inB ? inB : MIXED;
    return inA == CONSTANT && inB == b.rank() - 1 ? last : MIXED;
  }

  /** The axes of a loop's outputs within this loop's step. */
  private List<Integer> inner(Op.Scan s, Node n) {
    List<Value> inputs = s.body().inputs(), outputs = s.body().outputs();
    var found = new int[inputs.size()];
    for (int i = 0; i < found.length; i++) {
      int axis = axis(n.input(i));
      boolean sequence = i >= s.consts() + s.carries();
      found[i] = !sequence || axis < 0 ? axis : axis == 0 ? MIXED : axis - 1;
    }
    while (true) {
      var body = new Rows(true);
      for (int i = 0; i < found.length; i++) body.axes.put(inputs.get(i), found[i]);
      boolean changed = false;
      for (int i = 0; i < s.carries(); i++) {
        int at = s.consts() + i, axis = join(found[at], body.axis(outputs.get(i)));
        changed |= axis != found[at];
        found[at] = axis;
      }
      if (changed) continue;
      var result = new ArrayList<Integer>();
      for (int i = 0; i < outputs.size(); i++) {
        int axis = i < s.carries() ? found[s.consts() + i] : body.axis(outputs.get(i));
        result.add(i < s.carries() || axis < 0 ? axis : axis + 1);
      }
      return result;
    }
  }
}
