package recurve.cell;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import recurve.ir.Dim;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Option;
import recurve.option.Options;

/**
 * The loop around one cell.
 *
 * @param cell the equations of a step
 * @param options the cell's options
 * @param units how many units the cell has
 * @param reverse whether it reads each row from its own last step
 * @param learned whether the first state is learned; else it is zero
 */
public record Rnn(Cell cell, Options options, int units, boolean reverse, boolean learned)
    implements Layer {

  /** A forward loop with the cell's default options and zero first state. */
  public static Rnn of(Cell cell, int units) {
    return new Rnn(cell, Options.of(cell.options()), units, false, false);
  }

  /** The same loop in the other direction. */
  public Rnn reversed() {
    return new Rnn(cell, options, units, !reverse, learned);
  }

  @Override
  public Sequence apply(Scope scope, Sequence x) {
    Needs needs = needs(scope, x.batch(), x.width());
    List<String> names = List.copyOf(needs.states.keySet());
    var init = new ArrayList<Value>();
    for (String name : names)
      init.add(first(scope, name, requireNonNull(needs.states.get(name)), x.batch()));
    var xs = new ArrayList<Value>();
    xs.add(x.values());
    for (int width : needs.noises) {
      xs.add(scope.noise(Shape.of(x.time(), x.batch(), Dim.of(width))));
    }
    List<Value> locked = needs.locked(scope, x.batch());
    var loop = new Loop(x.time(), reverse, x.lengths());
    Loop.Result result =
        loop.run(
            init,
            xs,
            (carry, step) -> {
              var states = new LinkedHashMap<String, Value>();
              for (int i = 0; i < names.size(); i++) states.put(names.get(i), carry.get(i));
              Next next = step(scope, step.get(0), states, step.subList(1, step.size()), locked);
              return new Loop.Trip(
                  names.stream().map(n -> state(next, n)).toList(), List.of(next.output()));
            });
    for (int i = 0; i < names.size(); i++) scope.last(names.get(i), result.carry().get(i));
    return x.with(result.ys().get(0));
  }

  /**
   * The same equations with every step written out, for a known number of full steps: what the loop
   * is checked against.
   */
  public Sequence unrolled(Scope scope, Sequence x) {
    int time = Math.toIntExact(x.time().number());
    Needs needs = needs(scope, x.batch(), x.width());
    Map<String, Value> states = new LinkedHashMap<>();
    needs.states.forEach((n, width) -> states.put(n, first(scope, n, width, x.batch())));
    var stacked = new ArrayList<Value>();
    for (int width : needs.noises) {
      stacked.add(scope.noise(Shape.of(x.time(), x.batch(), Dim.of(width))));
    }
    List<Value> locked = needs.locked(scope, x.batch());
    Value[] ys = new Value[time];
    for (int i = 0; i < time; i++) {
      int t = reverse ? time - 1 - i : i;
      List<Value> noise = stacked.stream().map(v -> at(v, t)).toList();
      Next next = step(scope, at(x.values(), t), states, noise, locked);
      states.putAll(next.states());
      ys[t] = next.output().unsqueeze(0);
    }
    states.forEach(scope::last);
    return x.with(Ops.concat(0, List.of(ys)));
  }

  private static Value at(Value sequence, int t) {
    return sequence.slice(0, t, t + 1).squeeze(0);
  }

  /**
   * What a step reads besides its input.
   *
   * @param states widths by name
   * @param noises widths of what is drawn anew at each step
   * @param locked widths of what is drawn once a sequence
   * @param output the width of what it gives
   */
  record Needs(
      Map<String, Integer> states, List<Integer> noises, List<Integer> locked, Dim output) {
    /** What is drawn once a sequence: outside of the loop, so that all steps capture one draw. */
    List<Value> locked(Scope scope, Dim batch) {
      return locked.stream().map(w -> scope.noise(Shape.of(batch, Dim.of(w)))).toList();
    }
  }

  /** Runs the step once on the side, to learn its states and noise. */
  Needs needs(Scope scope, Dim batch, Dim width) {
    Value input = Ops.input("x", scope.dtype(), Shape.of(batch, width));
    IntFunction<Value> none = i -> input; // shapes are made from the widths asked for
    var trace = new Trace(scope.probe(), input, none, none);
    trace.probing = true;
    Next next = checked(trace, cell.step(trace));
    return new Needs(trace.widths, trace.noises, trace.locked, next.output().dim(1));
  }

  /** One step, for loops that others write. */
  Next step(
      Scope scope, Value input, Map<String, Value> states, List<Value> noise, List<Value> locked) {
    var trace = new Trace(scope, input, noise::get, locked::get);
    trace.states.putAll(states);
    return checked(trace, cell.step(trace));
  }

  /** The first value of a state where nothing was read before. */
  Value first(Scope scope, String name, int width, Dim batch) {
    Shape shape = Shape.of(batch, Dim.of(width));
    if (!learned) return scope.initial(name, shape);
    Value start = scope.parameter(name + ".first", Init.BIAS, Shape.of(width));
    return scope.initial(name, start.expand(shape));
  }

  private Next checked(Trace trace, Next next) {
    var read = new TreeSet<>(trace.states.keySet());
    var set = new TreeSet<>(next.states().keySet());
    if (!read.equals(set)) {
      throw new CellException(
          "cell '"
              + cell.name()
              + "' reads the states "
              + read
              + " but returns "
              + set
              + "; return each state that it reads"
              + next.output().node().origin().suffix());
    }
    next.states()
        .forEach(
            (name, value) -> {
              Value was = trace.states.get(name);
              if (was == null || !was.type().equals(value.type())) {
                throw new CellException(
                    "cell '"
                        + cell.name()
                        + "', state '"
                        + name
                        + "': step returns "
                        + value.shape()
                        + " but the state is "
                        + (was == null ? "not read" : was.shape().toString())
                        + value.node().origin().suffix());
              }
            });
    if (next.output().rank() != 2 || !next.output().dim(0).equals(trace.input().dim(0))) {
      throw new CellException(
          "cell '"
              + cell.name()
              + "': the output is "
              + next.output().shape()
              + " but must be ["
              + trace.input().dim(0)
              + ", width]"
              + next.output().node().origin().suffix());
    }
    return next;
  }

  private static Value state(Next next, String name) {
    return java.util.Objects.requireNonNull(next.states().get(name), name);
  }

  /** One step as the cell sees it. */
  private final class Trace implements Step {
    private final Scope scope;
    private final Value input;
    private final IntFunction<Value> stepNoise;
    private final IntFunction<Value> sequenceNoise;
    private final Map<String, Value> states = new LinkedHashMap<>();
    private final Map<String, Integer> widths = new LinkedHashMap<>();
    private final List<Integer> noises = new ArrayList<>();
    private final List<Integer> locked = new ArrayList<>();
    private boolean probing;

    Trace(
        Scope scope, Value input, IntFunction<Value> stepNoise, IntFunction<Value> sequenceNoise) {
      this.scope = scope;
      this.input = input;
      this.stepNoise = stepNoise;
      this.sequenceNoise = sequenceNoise;
    }

    @Override
    public int units() {
      return units;
    }

    @Override
    public Value input() {
      return input;
    }

    @Override
    public Value state(String name, int width) {
      if (probing) {
        widths.put(name, width);
        return states.computeIfAbsent(name, n -> stand(n, width));
      }
      Value known = states.get(name);
      if (known == null || !known.dim(-1).is(width)) {
        throw new CellException(
            "cell '"
                + cell.name()
                + "' asks for state '"
                + name
                + "' of width "
                + width
                + ", which it did not the first time; a step must be a pure function");
      }
      return known;
    }

    private Value stand(String name, int width) {
      return Ops.input(name, scope.dtype(), Shape.of(input.dim(0), Dim.of(width)));
    }

    @Override
    public Value parameter(String name, Init init, Shape shape) {
      return scope.parameter(name, init, shape);
    }

    @Override
    public <T> T option(Option<T> option) {
      return options.get(option);
    }

    @Override
    public boolean training() {
      return scope.training();
    }

    @Override
    public Value noisePerStep(int width) {
      return noise("noise", width, noises, stepNoise);
    }

    @Override
    public Value noisePerSequence(int width) {
      return noise("noise", width, locked, sequenceNoise);
    }

    private Value noise(String name, int width, List<Integer> asked, IntFunction<Value> source) {
      if (!training()) {
        throw new CellException(
            "cell '" + cell.name() + "' draws noise outside training; ask training() first");
      }
      asked.add(width);
      return probing ? stand(name, width) : source.apply(asked.size() - 1);
    }
  }

  @Override
  public String toString() {
    String set =
        options.toMap().entrySet().stream()
            .map(e -> ", " + e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining());
    return cell.name() + "(" + units + set + (reverse ? ", reverse" : "") + ")";
  }
}
