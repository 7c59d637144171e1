package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static recurve.ir.DType.BOOL;
import static recurve.ir.DType.F32;
import static recurve.ir.DType.F64;
import static recurve.ir.DType.I32;
import static recurve.ir.Ops.sigmoid;
import static recurve.ir.Ops.tanh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import recurve.io.onnx.OnnxOptions.Form;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Value;
import recurve.transform.Gradient;

/** Loops give in ONNX Runtime, fused and as Scan, what they give in the reference interpreter. */
class LoopExportTest {
  private static final Dim T = Dim.symbol("T");
  private static final Dim B = Dim.symbol("B");
  private static final int I = 3;
  private static final int H = 4;

  /** Equations as an author may write them, and the operator that they are. */
  enum Cell {
    ELMAN("RNN", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        return once(tanh(p.affine("a", x, state.get(0))));
      }
    },
    ELMAN_RELU("RNN", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        return once(Ops.relu(p.affine("a", x, state.get(0))));
      }
    },
    ELMAN_SIGMOID_WITHOUT_BIAS("RNN", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        return once(sigmoid(p.state("a", state.get(0)).plus(p.input("a", x))));
      }
    },
    ELMAN_OVER_BOTH_SIDE_BY_SIDE("RNN", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value xh = Ops.concat(1, List.of(x, state.get(0)));
        return once(tanh(xh.matmul(p.of("a", I + H, H)).minus(p.of("b", H))));
      }
    },
    LSTM("LSTM", 2) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0), c = state.get(1);
        Value i = sigmoid(p.affine("i", x, h));
        Value f = sigmoid(p.affine("f", x, h).plus(1));
        Value g = tanh(p.affine("g", x, h));
        Value o = sigmoid(p.affine("o", x, h));
        Value cNext = f.times(c).plus(i.times(g));
        Value hNext = o.times(tanh(cNext));
        return new Loop.Trip(List.of(hNext, cNext), List.of(hNext));
      }
    },
    LSTM_OTHER_WAY_ROUND("LSTM", 2) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value c = state.get(0), h = state.get(1);
        Value i = sigmoid(p.of("bi", H).plus(p.state("i", h)).plus(p.input("i", x)));
        Value f = sigmoid(p.input("f", x).minus(p.state("f", h).neg()));
        Value o = sigmoid(p.affine("o", x, h).minus(0.5));
        Value g = sigmoid(p.affine("g", x, h));
        Value cNext = g.times(i).plus(c.times(f));
        Value hNext = Ops.relu(cNext).times(o);
        return new Loop.Trip(List.of(cNext, hNext), List.of(hNext));
      }
    },
    LSTM_WITH_ONE_PRODUCT("LSTM", 2) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0), c = state.get(1);
        Value all =
            Ops.concat(1, List.of(x, h)).matmul(p.of("all", I + H, 4 * H)).plus(p.of("b", 4 * H));
        Value i = sigmoid(all.slice(1, 0, H)), f = sigmoid(all.slice(1, H, 2 * H).plus(1));
        Value g = tanh(all.slice(1, 2 * H, 3 * H)), o = sigmoid(all.slice(1, 3 * H, 4 * H));
        Value cNext = f.times(c).plus(i.times(g));
        Value hNext = o.times(tanh(cNext));
        return new Loop.Trip(List.of(hNext, cNext), List.of(hNext));
      }
    },
    LSTM_WITH_PEEPHOLES("LSTM", 2) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0), c = state.get(1);
        Value i = sigmoid(p.affine("i", x, h).plus(p.of("pi", H).times(c)));
        Value f = sigmoid(p.affine("f", x, h).plus(c.times(p.of("pf", H))).plus(1));
        Value g = tanh(p.affine("g", x, h));
        Value cNext = f.times(c).plus(i.times(g));
        Value o = sigmoid(p.affine("o", x, h).plus(p.of("po", H).times(cNext)));
        Value hNext = o.times(tanh(cNext));
        return new Loop.Trip(List.of(hNext, cNext), List.of(hNext));
      }
    },
    GRU_RESET_AFTER("GRU", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0);
        Value r = sigmoid(p.affine("r", x, h)), z = sigmoid(p.affine("z", x, h));
        Value inner = p.state("n", h).plus(p.of("bn", H));
        Value n = tanh(p.input("n", x).plus(p.of("cn", H)).plus(r.times(inner)));
        return once(z.oneMinus().times(n).plus(z.times(h)));
      }
    },
    GRU_RESET_BEFORE("GRU", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0);
        Value r = sigmoid(p.affine("r", x, h)), z = sigmoid(p.affine("z", x, h));
        return once(z.oneMinus().times(tanh(p.affine("n", x, r.times(h)))).plus(z.times(h)));
      }
    },
    GRU_THAT_OPENS("GRU", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0);
        Value r = sigmoid(p.affine("r", x, h)), z = sigmoid(p.affine("z", x, h));
        Value n = Ops.relu(p.affine("n", x, h.times(r)));
        return once(n.times(z).plus(h.times(z.oneMinus())));
      }
    },
    GRU_BY_DIFFERENCE("GRU", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0);
        Value r = sigmoid(p.affine("r", x, h)), z = sigmoid(p.affine("z", x, h));
        Value n = tanh(p.state("n", h).times(r).plus(p.input("n", x)));
        return once(h.plus(z.times(n.minus(h))));
      }
    },
    GRU_BY_OTHER_DIFFERENCE("GRU", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0);
        Value r = sigmoid(p.affine("r", x, h)), z = sigmoid(p.affine("z", x, h));
        Value n = tanh(p.affine("n", x, r.times(h)));
        return once(z.times(h.minus(n)).plus(n));
      }
    },
    MINIMAL_GATED_UNIT("GRU", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0);
        Value f = sigmoid(p.affine("f", x, h));
        return once(f.oneMinus().times(h).plus(f.times(tanh(p.affine("n", x, f.times(h))))));
      }
    },
    // -- those that are none of ONNX's
    HIGHWAY("Scan", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0);
        Value g = tanh(p.affine("g", x, h)), t = sigmoid(p.affine("t", x, h).minus(2));
        return once(t.times(g).plus(t.oneMinus().times(h)));
      }
    },
    LSTM_THAT_SHOWS_ITS_MEMORY("Scan", 2) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Loop.Trip lstm = LSTM.step(p, state, x);
        return new Loop.Trip(lstm.carry(), List.of(lstm.carry().get(1)));
      }
    },
    LSTM_WITH_COUPLED_GATES("Scan", 2) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = state.get(0), c = state.get(1);
        Value i = sigmoid(p.affine("i", x, h)), o = sigmoid(p.affine("o", x, h));
        Value cNext = i.oneMinus().times(c).plus(i.times(tanh(p.affine("g", x, h))));
        Value hNext = o.times(tanh(cNext));
        return new Loop.Trip(List.of(hNext, cNext), List.of(hNext));
      }
    },
    ELMAN_WITH_LAYER_NORM("Scan", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value a = p.affine("a", x, state.get(0));
        return once(tanh(Ops.layerNorm(a, p.of("scale", H), p.of("shift", H), 1e-5)));
      }
    },
    ELMAN_WITH_A_RESIDUAL_OUTPUT("Scan", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = tanh(p.affine("a", x, state.get(0)));
        return new Loop.Trip(List.of(h), List.of(h.plus(state.get(0))));
      }
    },
    ELMAN_WITH_A_BIAS_PER_ROW("Scan", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        return once(tanh(p.affine("a", x, state.get(0)).plus(p.rows())));
      }
    },
    EXPONENTIAL_MOVING_AVERAGE("Scan", 1) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        return once(state.get(0).times(0.9).plus(p.input("a", x).times(0.1)));
      }
    },
    THREE_STATES("Scan", 3) {
      @Override
      Loop.Trip step(Weights p, List<Value> state, Value x) {
        Value h = tanh(p.affine("a", x, state.get(0)));
        return new Loop.Trip(List.of(h, state.get(0), state.get(2)), List.of(h, h, x));
      }
    };

    final String operator;
    final int states;

    Cell(String operator, int states) {
      this.operator = operator;
      this.states = states;
    }

    abstract Loop.Trip step(Weights p, List<Value> state, Value x);

    static Loop.Trip once(Value h) {
      return new Loop.Trip(List.of(h), List.of(h));
    }
  }

  /** Parameters by name; each becomes an input of the graph whose name begins with w. */
  private static final class Weights {
    final Map<String, Value> all = new LinkedHashMap<>();
    final DType dtype;

    Weights(DType dtype) {
      this.dtype = dtype;
    }

    Value of(String name, long... shape) {
      return all.computeIfAbsent("w." + name, n -> Ops.input(n, dtype, Shape.of(shape)));
    }

    Value rows() {
      return all.computeIfAbsent("rows", n -> Ops.input(n, dtype, Shape.of(B, Dim.of(H))));
    }

    Value input(String name, Value x) {
      return x.matmul(of(name + ".W", I, H));
    }

    Value state(String name, Value h) {
      return h.matmul(of(name + ".U", H, H));
    }

    Value affine(String name, Value x, Value h) {
      return input(name, x).plus(state(name, h)).plus(of(name + ".b", H));
    }
  }

  static Graph graph(Cell cell, boolean reverse, boolean lengths, boolean carried) {
    return graph(cell, reverse, lengths, carried, F32);
  }

  private static Graph graph(
      Cell cell, boolean reverse, boolean lengths, boolean carried, DType dtype) {
    var weights = new Weights(dtype);
    Value x = Ops.input("x", dtype, Shape.of(T, B, Dim.of(I)));
    Value n = Ops.input("lengths", I32, Shape.of(B));
    var inputs = new ArrayList<>(List.of(x));
    var init = new ArrayList<Value>();
    for (int i = 0; i < cell.states; i++) {
      Shape shape = Shape.of(B, Dim.of(H));
      Value first = Ops.input("s" + i, dtype, shape);
      if (carried) inputs.add(first);
      init.add(carried ? first : Ops.constant(0, dtype, shape));
    }
    if (lengths) inputs.add(n);
    var loop = new Loop(T, reverse, lengths ? Optional.of(n) : Optional.empty());
    Loop.Result result =
        loop.run(init, List.of(x), (state, step) -> cell.step(weights, state, step.get(0)));
    inputs.addAll(weights.all.values());
    var outputs = new LinkedHashMap<String, Value>();
    for (Value y : result.ys()) outputs.put("y" + outputs.size(), y);
    for (Value s : result.carry()) outputs.put("last" + outputs.size(), s);
    return Graph.of(inputs, outputs);
  }

  private static void compare(Graph graph, OnnxExport export, Map<String, Tensor> weights) {
    var random = new Random(7);
    var cases = new ArrayList<Map<String, Tensor>>();
    for (long batch : new long[] {1, 7}) {
      for (long time : new long[] {1, 50}) {
        var inputs = Runtimes.random(graph, Map.of("T", time, "B", batch), random);
        if (inputs.containsKey("lengths")) { // among them 0 and all
          int[] n = new int[(int) batch];
          Arrays.setAll(n, b -> b == 0 ? (int) time : random.nextInt((int) time + 1));
          if (batch > 1) n[1] = 0;
          inputs.put("lengths", Tensor.of(n, n.length));
        }
        inputs.replaceAll((name, t) -> name.startsWith("w") ? calm(t) : t);
        inputs.keySet().removeAll(weights.keySet());
        cases.add(inputs);
      }
    }
    Runtimes.compare(graph, weights, export, cases);
  }

  static Map<String, Tensor> weights(Graph graph) {
    var all = Runtimes.random(graph, Map.of("T", 1L, "B", 1L), new Random(3));
    all.replaceAll((name, t) -> calm(t));
    return Runtimes.only(all, true);
  }

  /** Weights under which a difference of rounding dies out, as it does not in a chaotic loop. */
  private static Tensor calm(Tensor t) {
    for (int i = 0; i < t.size(); i++) {
      if (t.dtype() == F32) t.floats()[i] *= 0.4f;
      if (t.dtype() == F64) t.doubles()[i] *= 0.4;
    }
    return t;
  }

  @ParameterizedTest
  @EnumSource
  void eachCellAgreesInEachForm(Cell cell) {
    for (Form form : List.of(Form.AUTO, Form.SCAN)) {
      for (int variant = 0; variant < 4; variant++) { // any two of the three choices in all ways
        boolean reverse = (variant & 1) != 0;
        boolean lengths = (variant & 2) != 0;
        Graph graph = graph(cell, reverse, lengths, reverse ^ lengths);
        Map<String, Tensor> weights = weights(graph);
        OnnxExport export = OnnxExport.of(graph, weights, Map.of(), OnnxOptions.of(form));
        String operator = form == Form.AUTO ? cell.operator : "Scan";
        assertEquals(operator, export.loops().get(0).operator(), export.loops()::toString);
        compare(graph, export, weights);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachCellAgreesWithItsWeightsAsInputs(Cell cell) {
    Graph graph = graph(cell, false, false, true);
    OnnxExport export = OnnxExport.of(graph, Map.of(), Map.of(), OnnxOptions.defaults());
    assertEquals(cell.operator, export.loops().get(0).operator());
    compare(graph, export, Map.of());
  }

  @ParameterizedTest
  @EnumSource
  void theFormFusedTakesExactlyWhatFuses(Cell cell) {
    Graph graph = graph(cell, false, false, true);
    var options = OnnxOptions.of(Form.FUSED);
    if (cell.operator.equals("Scan")) {
      var e =
          assertThrows(
              OnnxException.class, () -> OnnxExport.of(graph, Map.of(), Map.of(), options));
      assertTrue(e.getMessage().contains("is no LSTM, GRU or RNN of ONNX: "), e.getMessage());
    } else {
      compare(graph, OnnxExport.of(graph, Map.of(), Map.of(), options), Map.of());
    }
  }

  @Test
  void saysWhyALoopIsNotFused() {
    var reasons = new LinkedHashMap<Cell, String>();
    for (Cell cell : Cell.values()) {
      if (!cell.operator.equals("Scan")) continue;
      Graph graph = graph(cell, false, false, false);
      OnnxExport export = OnnxExport.of(graph, Map.of(), Map.of(), OnnxOptions.defaults());
      reasons.put(cell, export.loops().get(0).reason());
    }
    String noRnn = "no RNN: its state is no tanh, sigmoid or relu; no GRU: ";
    assertEquals(
        Map.of(
            Cell.HIGHWAY, noRnn + "its candidate sees the state other than through a reset gate",
            Cell.LSTM_THAT_SHOWS_ITS_MEMORY, "it yields at each step what is not its state h",
            Cell.LSTM_WITH_COUPLED_GATES, "its memory is not f*c + i*g",
            Cell.ELMAN_WITH_LAYER_NORM,
                "no RNN: a term is no product by a weight; no GRU: "
                    + "its state is no mixture of itself and a candidate by one gate",
            Cell.ELMAN_WITH_A_RESIDUAL_OUTPUT,
                "no RNN: it yields at each step what is not its "
                    + "state h; no GRU: "
                    + "its state is no mixture of itself and a candidate by one gate",
            Cell.ELMAN_WITH_A_BIAS_PER_ROW,
                "no RNN: a bias differs from row to row; no GRU: "
                    + "its state is no mixture of itself and a candidate by one gate",
            Cell.EXPONENTIAL_MOVING_AVERAGE,
                noRnn + "its state is no mixture of itself and a candidate by one gate",
            Cell.THREE_STATES, "it carries 3 states"),
        reasons);
  }

  @Test
  void doublesGoThroughScanWhichRuntimesHave() {
    Graph graph = graph(Cell.LSTM, false, true, true, F64);
    OnnxExport export = OnnxExport.of(graph, Map.of(), Map.of(), OnnxOptions.defaults());
    assertEquals(
        "[loop 1 (w): Scan (runtimes compute LSTM in F32 only)]", export.loops().toString());
    compare(graph, export, Map.of());
  }

  @ParameterizedTest
  @EnumSource(names = {"ELMAN_RELU", "LSTM", "GRU_RESET_AFTER", "HIGHWAY"})
  void newerOpsetsAgreeToo(Cell cell) {
    Graph graph = graph(cell, true, true, true);
    for (int opset : new int[] {19, 21, 23}) {
      var options = OnnxOptions.defaults().withOpset(opset);
      compare(graph, OnnxExport.of(graph, Map.of(), Map.of(), options), Map.of());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LSTM", "GRU_RESET_AFTER", "HIGHWAY"})
  void gradientsAreGraphsToo(Cell cell) {
    Graph graph = graph(cell, false, true, true);
    Value loss = Ops.constant(0, F32, Shape.SCALAR);
    for (Value v : graph.outputs()) loss = loss.plus(v.square().total());
    List<Value> wrt = graph.inputs().stream().filter(v -> v.dtype().isFloat()).toList();
    Gradient.Result gradient = Gradient.of(loss, wrt, List.of());
    var outputs = new LinkedHashMap<String, Value>();
    outputs.put("loss", gradient.loss());
    for (int i = 0; i < wrt.size(); i++) {
      outputs.put("d." + Graph.nameOf(wrt.get(i)), gradient.gradients().get(i));
    }
    Graph both = Graph.of(graph.inputs(), outputs);
    compare(both, OnnxExport.of(both, Map.of(), Map.of(), OnnxOptions.defaults()), Map.of());
  }

  @Test
  void aLoopWithoutSequenceCounts() {
    Value first = Ops.input("first", F32, Shape.of(B)), x = Ops.input("x", F32, Shape.of(T));
    Loop.Result powers =
        Loop.of(T)
            .run(
                List.of(first),
                List.of(),
                (state, step) -> {
                  Value next =
                      state
                          .get(0)
                          .times(-0.5)
                          .plus(
                              x.sum(0)
                                  .expand(Shape.of(Dim.ONE))
                                  .reshape(Shape.SCALAR)
                                  .expand(Shape.of(B)));
                  return new Loop.Trip(List.of(next), List.of(state.get(0)));
                });
    Graph graph = new Graph(List.of(first, x), List.of(powers.carry().get(0), powers.ys().get(0)));
    compare(graph, OnnxExport.of(graph, Map.of(), Map.of(), OnnxOptions.defaults()), Map.of());
  }

  @Test
  void statesOfEveryTypeStopAtTheirLengths() {
    Value n = Ops.input("lengths", I32, Shape.of(B));
    Value x = Ops.input("x", F32, Shape.of(T, B, Dim.of(2), Dim.of(2)));
    Value count = Ops.constant(0, I32, Shape.of(B));
    Value seen = Ops.constant(0, BOOL, Shape.of(B, Dim.of(2), Dim.of(2)));
    Loop.Result result =
        new Loop(T, false, Optional.of(n))
            .run(
                List.of(count, seen),
                List.of(x),
                (state, step) -> {
                  Value large = step.get(0).less(-0.9);
                  Value any = large.where(large, state.get(1));
                  return new Loop.Trip(
                      List.of(state.get(0).plus(1), any), List.of(any, state.get(0)));
                });
    var outputs = new ArrayList<>(result.carry());
    outputs.addAll(result.ys());
    Graph graph = new Graph(List.of(n, x), outputs);
    compare(graph, OnnxExport.of(graph, Map.of(), Map.of(), OnnxOptions.defaults()), Map.of());
  }

  @Test
  void aLoopInALoopReadsFromOutsideBoth() {
    Value x = Ops.input("x", F32, Shape.of(T, B, Dim.of(H)));
    Value w = Ops.input("w", F32, Shape.of(H, H));
    Value first = Ops.constant(0, F32, Shape.of(B, Dim.of(H)));
    Loop.Result outer =
        Loop.of(T)
            .run(
                List.of(first),
                List.of(x),
                (state, step) -> {
                  // a decoder that reads the whole input again at each step
                  Loop.Result inner =
                      Loop.of(T)
                          .run(
                              List.of(state.get(0)),
                              List.of(x),
                              (s, e) -> {
                                Value sum = e.get(0).matmul(w).plus(s.get(0).matmul(w));
                                Value next = tanh(sum.plus(step.get(0)));
                                return new Loop.Trip(List.of(next), List.of());
                              });
                  Value next = inner.carry().get(0).plus(step.get(0).like(0.25));
                  return new Loop.Trip(List.of(next), List.of(next));
                });
    Graph graph = new Graph(List.of(x, w), List.of(outer.ys().get(0)));
    OnnxExport export = OnnxExport.of(graph, Map.of(), Map.of(), OnnxOptions.defaults());
    assertEquals(2, export.loops().size());
    var random = new Random(5);
    var inputs = Runtimes.random(graph, Map.of("T", 5L, "B", 3L), random);
    Runtimes.compare(graph, Map.of(), export, List.of(inputs));
  }

  @Test
  void oneBodyServesTwoLoops() {
    Graph one = graph(Cell.HIGHWAY, false, false, true);
    var scan = one.outputs().get(0).node();
    Value again = scan.with(scan.inputs()).outputs().get(1);
    Graph graph = new Graph(one.inputs(), List.of(one.outputs().get(0), again));
    compare(graph, OnnxExport.of(graph, Map.of(), Map.of(), OnnxOptions.defaults()), Map.of());
  }
}
