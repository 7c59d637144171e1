package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import recurve.ir.Dim;
import recurve.ir.Op;
import recurve.ir.Value;

/** The terms of a gate's argument, their weights and biases as values outside the loop. */
record GateSum(
    List<Value> ofInput,
    List<Value> ofState,
    List<Value> ofMemory,
    List<Value> constants,
    List<Value> others) {
  GateSum() {
    this(
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>());
  }

  GateSum negated() {
    return new GateSum(
        negated(ofInput), negated(ofState), negated(ofMemory), negated(constants), others);
  }

  private static List<Value> negated(List<Value> values) {
    return new ArrayList<>(values.stream().map(Value::neg).toList());
  }

  static GateSum gate(LoopBody body, Value sigmoid, GateInputs in, Optional<Value> memory)
      throws Unlike {
    Optional<Value> argument = Factors.unary(sigmoid, Op.Unary.SIGMOID);
    if (argument.isEmpty()) throw new Unlike("a gate is no sigmoid");
    GateSum sum = sum(body, argument.get(), in, memory);
    if (!sum.others.isEmpty()) throw new Unlike("a gate has a term that is no product by a weight");
    return sum;
  }

  static GateSum sum(LoopBody body, Value v, GateInputs in, Optional<Value> memory) throws Unlike {
    var sum = new GateSum();
    collect(body, v, false, Optional.empty(), in, memory, sum);
    return sum;
  }

  /** Columns of a value: gates that were computed side by side. */
  private record Columns(Dim from, Dim to) {}

  private static void collect(
      LoopBody body,
      Value v,
      boolean negative,
      Optional<Columns> columns,
      GateInputs in,
      Optional<Value> memory,
      GateSum sum)
      throws Unlike {
    if (!body.varies(v)) {
      sum.constants.add(signed(part(body.outer(v), columns), negative));
      return;
    }
    List<Value> args = v.node().inputs();
    switch (v.op()) {
      case Op.Binary.ADD -> {
        for (Value a : args) collect(body, a, negative, columns, in, memory, sum);
      }
      case Op.Binary.SUB -> {
        collect(body, args.get(0), negative, columns, in, memory, sum);
        collect(body, args.get(1), !negative, columns, in, memory, sum);
      }
      case Op.Unary.NEG -> collect(body, args.get(0), !negative, columns, in, memory, sum);
      case Op.Slice(int axis, Dim from, Dim to) when axis == 1 && columns.isEmpty() ->
          collect(body, args.get(0), negative, Optional.of(new Columns(from, to)), in, memory, sum);
      case Op.MatMul m when !body.varies(args.get(1)) -> {
        Value weight = signed(part(body.outer(args.get(1)), columns), negative);
        product(v, args.get(0), weight, negative || columns.isPresent(), in, sum);
      }
      default -> { // a peephole, or nothing that belongs to a gate
        for (List<Value> pair : Factors.factors(v)) {
          boolean peephole = memory.isPresent() && Factors.same(pair.get(1), memory.get());
          if (peephole && !body.varies(pair.get(0)) && columns.isEmpty()) {
            sum.ofMemory.add(signed(body.outer(pair.get(0)), negative));
            return;
          }
        }
        if (negative || columns.isPresent()) throw new Unlike("a term has another form");
        sum.others.add(v);
      }
    }
  }

  /** The product of a value by a weight: of the input, the state, or both side by side. */
  private static void product(
      Value whole, Value left, Value weight, boolean changed, GateInputs in, GateSum sum)
      throws Unlike {
    if (Factors.same(left, in.x)) {
      sum.ofInput.add(weight);
    } else if (Factors.same(left, in.h)) {
      sum.ofState.add(weight);
    } else if (left.op() instanceof Op.Concat(int axis) && axis == 1) {
      Dim at = Dim.ZERO;
      for (Value part : left.node().inputs()) {
        Dim end = at.plus(part.dim(1));
        product(whole, part, weight.slice(0, at, end), true, in, sum);
        at = end;
      }
    } else if (changed) {
      throw new Unlike("a term has another form");
    } else {
      sum.others.add(whole);
    }
  }

  private static Value signed(Value v, boolean negative) {
    return negative ? v.neg() : v;
  }

  private static Value part(Value v, Optional<Columns> columns) {
    return columns.map(c -> v.slice(1, c.from, c.to)).orElse(v);
  }
}
