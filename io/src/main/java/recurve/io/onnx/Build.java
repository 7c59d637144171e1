package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Type;
import recurve.ir.Value;

/**
 * The shape operations as a file asks for them, without those that undo each other: what a file of
 * ours is read as is written as that file again.
 */
final class Build {
  private Build() {}

  static Value reshape(Value v, Shape to) {
    if (v.shape().equals(to)) return v;
    Fit.same(v.shape().size(), to.size());
    if (v.op() instanceof Op.Constant c) return Ops.constant(c.value(), v.dtype(), to);
    if (v.op() instanceof Op.Reshape) return reshape(v.node().input(0), to);
    if (v.op() instanceof Op.Range r && isLine(to, r.type().shape().dim(r.axis()))) {
      if (r.type().shape().size().equals(r.type().shape().dim(r.axis()))) {
        return Ops.range(lineAxis(to), v.dtype(), to);
      }
    }
    return v.reshape(to);
  }

  /** Whether all extents but one, this one, are one. */
  private static boolean isLine(Shape shape, Dim extent) {
    int at = lineAxis(shape);
    return at >= 0 && shape.dim(at).equals(extent);
  }

  private static int lineAxis(Shape shape) {
    int found = -1;
    for (int i = 0; i < shape.rank(); i++) {
      if (shape.dim(i).is(1)) continue;
      if (found >= 0) return -1;
      found = i;
    }
    return found;
  }

  /** Broadcasts to a shape of the same or a higher rank. */
  static Value expand(Value v, Shape to) {
    if (v.shape().equals(to)) return v;
    if (to.rank() < v.rank()) throw new Refusal(v.type() + " does not broadcast to " + to);
    var dims = new ArrayList<>(Collections.nCopies(to.rank() - v.rank(), Dim.ONE));
    dims.addAll(v.shape().dims());
    for (int i = 0; i < dims.size(); i++) {
      if (!dims.get(i).is(1)) Fit.same(dims.get(i), to.dim(i));
    }
    if (v.op() instanceof Op.Constant c) return Ops.constant(c.value(), v.dtype(), to);
    Value ranked = reshape(v, new Shape(dims));
    if (ranked.op() instanceof Op.Range(int axis, Type type)
        && type.shape().dim(axis).equals(to.dim(axis))) {
      return Ops.range(axis, v.dtype(), to);
    }
    return ranked.expand(to);
  }

  /** Two broadcast to one shape. */
  static List<Value> together(Value a, Value b) {
    return together(List.of(a, b));
  }

  /** All broadcast to one shape. */
  static List<Value> together(List<Value> values) {
    Shape shape = Fit.broadcast(values);
    return values.stream().map(v -> expand(v, shape)).toList();
  }

  static Value binary(Op.Binary op, Value a, Value b) {
    List<Value> sides = together(a, b);
    return sides.get(0).binary(op, sides.get(1));
  }

  static Value where(Value condition, Value a, Value b) {
    List<Value> all = together(List.of(condition, a, b));
    return all.get(0).where(all.get(1), all.get(2));
  }

  static Value squeeze(Value v, List<Integer> axes) {
    var dims = new ArrayList<Dim>();
    for (int i = 0; i < v.rank(); i++) {
      if (!axes.contains(i)) {
        dims.add(v.dim(i));
      } else if (!v.dim(i).is(1)) {
        Fit.same(v.dim(i), Dim.ONE);
      }
    }
    return reshape(v, new Shape(dims));
  }

  /** Puts in axes of extent one, by their places in the result. */
  static Value unsqueeze(Value v, List<Integer> axes) {
    var dims = new ArrayList<Dim>();
    int next = 0;
    for (int i = 0; i < v.rank() + axes.size(); i++) {
      dims.add(axes.contains(i) ? Dim.ONE : v.dim(next++));
    }
    return reshape(v, new Shape(dims));
  }

  static Value transpose(Value v, List<Integer> permutation) {
    if (v.op() instanceof Op.Transpose(List<Integer> first)) {
      List<Integer> both = permutation.stream().map(first::get).toList();
      return transpose(v.node().input(0), both);
    }
    return v.transpose(permutation);
  }

  /** Moves an axis to another place. */
  static Value move(Value v, int from, int to) {
    var order = new ArrayList<Integer>();
    for (int i = 0; i < v.rank(); i++) order.add(i);
    order.add(to, order.remove(from));
    return transpose(v, order);
  }

  /** Elements of an axis by their indices, I32 of any rank, from 0 on. */
  static Value take(Value v, int axis, Value ids) {
    if (axis == 0) return v.gather(ids);
    Value rows = move(v, axis, 0).gather(ids); // [ids..., rest...]
    var order = new ArrayList<Integer>();
    for (int i = 0; i < rows.rank(); i++) order.add(i);
    List<Integer> places = new ArrayList<>(order.subList(0, ids.rank()));
    order.subList(0, ids.rank()).clear();
    order.addAll(axis, places);
    return transpose(rows, order);
  }

  /** The axis from its last element to its first. */
  static Value flip(Value v, int axis) {
    Shape line = Shape.of(v.dim(axis));
    Value last = Ops.extent(DType.I32, v.dim(axis).plus(-1));
    return take(v, axis, last.expand(line).minus(Ops.range(0, DType.I32, line)));
  }

  /** Negative indices count from the end. */
  static Value fromStart(Value ids, Dim extent) {
    Value past = ids.plus(Ops.extent(DType.I32, extent));
    return ids.less(0).where(past, ids);
  }

  static Value not(Value v) {
    return v.where(v.like(0), v.like(1));
  }
}
