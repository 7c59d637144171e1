package recurve.tck;

import static recurve.tck.Trial.graph;
import static recurve.tck.Trial.input;
import static recurve.tck.Trial.samples;

import java.util.ArrayList;
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

/** Loops, and whole graphs from a seed. */
final class Loops {
  private static final int RANDOM_GRAPHS = 40;
  private static final Dim T = Dim.symbol("T");
  private static final Dim B = Dim.symbol("B");

  private Loops() {}

  /** Loops of no steps, of one, with rows of no steps. */
  static List<Trial> loopsOfFewSteps() {
    var trials = new ArrayList<Trial>();
    for (boolean reverse : new boolean[] {false, true}) {
      for (boolean masked : new boolean[] {false, true}) {
        Value lengths = Ops.input("lengths", DType.I32, Shape.of(B));
        var loop = new Loop(T, reverse, masked ? Optional.of(lengths) : Optional.empty());
        Value x = Ops.input("x", DType.F32, Shape.of(T, B, Dim.of(13)));
        Value init = Ops.input("init", DType.F32, Shape.of(B, Dim.of(13)));
        var result = rnn(loop, x, init, input("w", DType.F32, 13, 13));
        List<Value> all = List.of(result.carry().get(0), result.ys().get(0));
        var args = new ArrayList<Map<String, Tensor>>();
        for (long time : new long[] {0, 1, 2, 5, 0}) {
          var inputs = graph(all).inputs();
          args.add(new Samples(time).of(inputs, Map.of("T", time, "B", 4L)));
        }
        String what = (reverse ? "reverse" : "forward") + (masked ? " with lengths" : "");
        trials.add(new Trial(what, all, Tolerance.GRAPH, args));
      }
    }
    return trials;
  }

  static Loop.Result rnn(Loop loop, Value x, Value init, Value weight) {
    return loop.run(
        List.of(init),
        List.of(x),
        (h, step) -> {
          Value next = Ops.tanh(h.get(0).matmul(weight).times(0.3).plus(step.get(0)));
          return new Loop.Trip(List.of(next), List.of(next));
        });
  }

  /** What a loop passes through untouched: a carry, a constant, a step's input. */
  static List<Trial> loopsThatPassThrough() {
    Value x = Ops.input("x", DType.F32, Shape.of(T, B));
    Value init = Ops.input("init", DType.F32, Shape.of(B));
    Value other = Ops.input("other", DType.F32, Shape.of(B));
    var swap =
        Loop.of(T)
            .run(
                List.of(init, other),
                List.of(x),
                (c, s) ->
                    new Loop.Trip(
                        List.of(c.get(1), c.get(0)),
                        List.of(c.get(0), s.get(0), other, s.get(0).like(2))));
    var delay =
        Loop.of(T)
            .run(
                List.of(init, init),
                List.of(x, x),
                (c, s) -> new Loop.Trip(List.of(s.get(0), c.get(0)), List.of(c.get(1), s.get(1))));
    var all = new ArrayList<Value>();
    for (var result : List.of(swap, delay)) {
      all.addAll(result.carry());
      all.addAll(result.ys());
    }
    return List.of(new Trial("swaps, delays and copies", all, Tolerance.EXACT));
  }

  // -- graphs from a seed

  /** Elementwise operations, broadcasts and reductions. */
  static List<Trial> randomElementwiseGraphs() {
    return random("elementwise", RandomGraphs::elementwise);
  }

  /** Movements, products and indexing. */
  static List<Trial> randomShapeGraphs() {
    return random("shapes", RandomGraphs::shapes);
  }

  /** Loops in both directions, with lengths or without, nested. */
  static List<Trial> randomLoops() {
    return random("loops", RandomGraphs::loops);
  }

  private interface Kind {
    Graph of(RandomGraphs graphs);
  }

  private static List<Trial> random(String name, Kind kind) {
    var trials = new ArrayList<Trial>();
    for (long seed = 0; seed < RANDOM_GRAPHS; seed++) {
      DType dtype = seed % 4 == 3 ? DType.F64 : DType.F32;
      Graph graph = kind.of(new RandomGraphs(seed, dtype));
      trials.add(new Trial(name + ", seed " + seed, graph, Tolerance.GRAPH, samples(graph, seed)));
    }
    return trials;
  }
}
