package recurve.transform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** A small network for tests: parameters by name, loops of cells, extents bound to odd numbers. */
final class Net {
  static final Dim T = Dim.symbol("T"), B = Dim.symbol("B"), S = Dim.symbol("S");

  final DType dtype;
  final Map<String, Long> binding = new HashMap<>(Map.of("T", 5L, "B", 3L, "S", 4L));
  final Map<String, Value> wrt = new LinkedHashMap<>();
  final Map<String, Value> data = new LinkedHashMap<>();
  final Map<String, Tensor> given = new HashMap<>();

  Net(DType dtype) {
    this.dtype = dtype;
  }

  /** What a model is differentiated for: the same value for the same name. */
  Value param(String name, Dim... dims) {
    return wrt.computeIfAbsent(name, k -> Ops.input(k, dtype, Shape.of(dims)));
  }

  Value param(String name, long... dims) {
    return wrt.computeIfAbsent(name, k -> Ops.input(k, dtype, Shape.of(dims)));
  }

  /** Integers given by the test. */
  Value ints(String name, Tensor value, Dim... dims) {
    given.put(name, value);
    return data.computeIfAbsent(name, k -> Ops.input(k, DType.I32, Shape.of(dims)));
  }

  /** {@code x W + h U + b}, with parameters under a name. */
  Value affine(String name, Value x, Value h, long units) {
    return linear(name + "/W", x, units)
        .plus(linear(name + "/U", h, units))
        .plus(bias(name, units));
  }

  Value linear(String name, Value x, long units) {
    return x.matmul(param(name, x.dim(-1).number(), units));
  }

  Value bias(String name, long units) {
    return param(name + "/b", units);
  }

  /** One step: the next states from the input and the states; the first state is the output. */
  interface Cell {
    int states();

    List<Value> step(Net net, String name, Value x, List<Value> states, long units);
  }

  /** A cell over x [T, B, I]; yields [T, B, units]. */
  Loop.Result rnn(
      String name, Cell cell, Value x, long units, boolean reverse, Optional<Value> lengths) {
    return new Loop(x.dim(0), reverse, lengths)
        .run(
            zeros(cell, x, units),
            List.of(x),
            (k, in) -> {
              List<Value> next = cell.step(this, name, in.get(0), k, units);
              return new Loop.Trip(next, List.of(next.get(0)));
            });
  }

  Value rnn(String name, Cell cell, Value x, long units) {
    return rnn(name, cell, x, units, false, Optional.empty()).ys().get(0);
  }

  /** The same without a loop, for so many steps. */
  Value unrolled(String name, Cell cell, Value x, long units, int steps) {
    List<Value> states = zeros(cell, x, units);
    var ys = new ArrayList<Value>();
    for (int t = 0; t < steps; t++) {
      states = cell.step(this, name, x.slice(0, t, t + 1).squeeze(0), states, units);
      ys.add(states.get(0).unsqueeze(0));
    }
    return Ops.concat(0, ys);
  }

  private List<Value> zeros(Cell cell, Value x, long units) {
    var states = new ArrayList<Value>();
    for (int i = 0; i < cell.states(); i++) {
      states.add(Ops.constant(0, dtype, Shape.of(x.dim(1), Dim.of(units))));
    }
    return states;
  }

  /** A scalar in which every element counts, each differently. */
  Value loss(Value y) {
    Value weight = Ops.range(-1, dtype, y.shape()).times(0.3).plus(0.7);
    Value first = Ops.range(0, dtype, y.shape()).times(0.2).plus(0.5);
    return y.times(weight).times(first).plus(y.square().times(0.25)).total();
  }

  List<Value> inputs() {
    var all = new ArrayList<>(wrt.values());
    all.addAll(data.values());
    return all;
  }

  /** The identity, 3 by 3, which the graph cannot see through. */
  Value eye() {
    given.put("eye", Tensor.of(new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3).cast(dtype));
    return data.computeIfAbsent("eye", k -> Ops.input(k, dtype, Shape.of(3, 3)));
  }

  /** Loss, then the gradients, named as their parameters. */
  Graph gradient(Value loss) {
    var names = List.copyOf(wrt.keySet());
    Gradient.Result r = Gradient.of(loss, List.copyOf(wrt.values()));
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("loss", r.loss());
    for (int i = 0; i < names.size(); i++) outputs.put("d " + names.get(i), r.gradients().get(i));
    return Graph.of(inputs(), outputs);
  }

  Graph forward(Value loss) {
    return Graph.of(inputs(), Map.of("loss", loss));
  }
}
