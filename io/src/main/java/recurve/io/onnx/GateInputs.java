package recurve.io.onnx;

import java.util.List;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** The step's input and states, with their extents. */
final class GateInputs {
  private final LoopBody body;
  final int xAt;
  final Value x;
  final Value h;
  final Value c;
  final List<Integer> carries;
  final long width;
  final long hidden;
  final DType dtype;

  GateInputs(LoopBody body, int xAt, int hAt, int cAt) throws Unlike {
    this.body = body;
    this.xAt = xAt;
    this.x = body.input(xAt);
    this.h = body.carry(hAt);
    this.c = cAt < 0 ? h : body.carry(cAt);
    this.carries = cAt < 0 ? List.of(hAt) : List.of(hAt, cAt);
    this.dtype = h.dtype();
    boolean vectors = h.rank() == 2 && c.shape().equals(h.shape()) && dtype.isFloat();
    if (!vectors || x.dtype() != dtype || !x.dim(0).equals(h.dim(0))) {
      throw new Unlike("its states are no vectors of one width");
    }
    if (!h.dim(1).isNumber() || !x.dim(1).isNumber()) throw new Unlike("a width is symbolic");
    this.width = x.dim(1).number();
    this.hidden = h.dim(1).number();
  }

  /** What h (0) or c (1) becomes. */
  Value next(int state) {
    return body.outputs().get(carries.get(state));
  }

  List<Value> first() {
    return carries.stream().map(body::first).toList();
  }

  Value zeros(Shape shape) {
    return Ops.constant(0, dtype, shape);
  }

  /** The sum of weights [from, H], as ONNX has it: [H, from]. */
  Value matrix(List<Value> weights, long from) {
    Optional<Value> sum = weights.stream().reduce(Value::plus);
    return sum.map(Value::t).orElse(zeros(Shape.of(hidden, from)));
  }

  /** The bias of a gate, [H]. */
  Value row(GateSum sum) throws Unlike {
    return rows(sum.constants());
  }

  /** The peepholes of a gate, [H]. */
  Value peep(GateSum sum) throws Unlike {
    return rows(sum.ofMemory());
  }

  private Value rows(List<Value> values) throws Unlike {
    Value sum = zeros(Shape.of(hidden));
    boolean first = true;
    for (Value v : values) {
      Value row = LoopBody.row(v);
      sum = first ? row : sum.plus(row);
      first = false;
    }
    return sum;
  }
}
