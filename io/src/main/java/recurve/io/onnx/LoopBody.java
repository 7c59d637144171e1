package recurve.io.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** The body of a loop, and what of it stays the same from step to step. */
final class LoopBody {
  private final Node loop;
  private final Op.Scan scan;
  private final Graph body;
  private final Set<Value> varying; // what depends on the state or on the step's input
  private final Map<Value, Value> outside = new HashMap<>(); // a captured value, seen from outside

  LoopBody(Node loop, Op.Scan scan) {
    this.loop = loop;
    this.scan = scan;
    this.body = scan.body();
    List<Value> inputs = body.inputs();
    this.varying = Graph.dependents(body.outputs(), inputs.subList(scan.consts(), inputs.size()));
    for (int i = 0; i < scan.consts(); i++) outside.put(inputs.get(i), loop.input(i));
  }

  int carries() {
    return scan.carries();
  }

  Value input(int i) {
    return body.inputs().get(i);
  }

  /** What the body knows a carry by. */
  Value carry(int i) {
    return body.inputs().get(scan.consts() + i);
  }

  List<Value> outputs() {
    return body.outputs();
  }

  /** What stands for an input of the body outside the loop. */
  Value argument(int i) {
    return loop.input(i);
  }

  /** What a carry begins as. */
  Value first(int carry) {
    return loop.input(scan.consts() + carry);
  }

  boolean varies(Value v) {
    return varying.contains(v);
  }

  /** The sequences that the body reads at all. */
  List<Integer> sequences() throws Unlike {
    Set<Value> read = new HashSet<>();
    for (Node n : body.nodes()) read.addAll(n.inputs());
    var found = new ArrayList<Integer>();
    for (int i = scan.consts() + scan.carries(); i < body.inputs().size(); i++) {
      if (read.contains(body.inputs().get(i))) found.add(i);
    }
    if (found.size() != 1) throw new Unlike("it reads " + found.size() + " sequences at each step");
    if (body.inputs().get(found.get(0)).rank() != 2) {
      throw new Unlike("its input is no vector at each step");
    }
    return found;
  }

  /** A value that does not vary, as one outside the loop. */
  Value outer(Value v) {
    return Graph.substitute(List.of(v), outside).get(0);
  }

  boolean isConstant(Value v, double number) {
    return !varying.contains(v) && outer(v).op() instanceof Op.Constant c && c.value() == number;
  }

  /** A value [B, n] of which every row is the same, as that row [n]. */
  static Value row(Value v) throws Unlike {
    Shape row = Shape.of(v.dim(-1));
    if (v.rank() == 1) return v;
    if (v.dim(0).is(1)) return v.reshape(row);
    List<Value> args = v.node().inputs();
    return switch (v.op()) {
      case Op.Constant c -> Ops.constant(c.value(), v.dtype(), row);
      case Op.Expand e when args.get(0).dim(0).is(1) -> {
        Value u = args.get(0);
        yield u.reshape(Shape.of(u.dim(1))).expand(row);
      }
      case Op.Unary u -> row(args.get(0)).unary(u);
      case Op.Binary b when !b.isComparison() -> row(args.get(0)).binary(b, row(args.get(1)));
      case Op.Slice(int axis, Dim from, Dim to) when axis == 1 ->
          row(args.get(0)).slice(0, from, to);
      case Op.Concat(int axis) when axis == 1 -> {
        var parts = new ArrayList<Value>();
        for (Value part : args) parts.add(row(part));
        yield Ops.concat(0, parts);
      }
      default -> // whatever else it is, the rows may differ; a Scan is always right
          throw new Unlike("a bias differs from row to row");
    };
  }
}
