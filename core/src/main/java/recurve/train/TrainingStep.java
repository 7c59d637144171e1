package recurve.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;
import recurve.option.Nearest;
import recurve.option.Option;
import recurve.option.Options;
import recurve.task.Objective;
import recurve.task.Problem;
import recurve.transform.Gradient;

/**
 * One training step as one graph: parameters, slots, carried states, batch and learning rate in;
 * their next values and the figures out.
 *
 * @param graph the step
 * @param retained output to input: what stays in the executable from step to step
 * @param parameters all of the model's, trained or not
 * @param trained those of them that it changes, each with a gradient
 * @param slots inputs that begin as zeros: moments, averages, accumulated gradients
 * @param scope the model, with its inputs and states
 */
public record TrainingStep(
    Graph graph,
    Map<String, String> retained,
    List<Scope.Parameter> parameters,
    List<Scope.Parameter> trained,
    Map<String, Value> slots,
    Scope scope) {

  public static final Option<Double> CLIP_NORM =
      Option.of("clip_norm", 0.0, "largest norm of all gradients together; 0 is none").atLeast(0);
  public static final Option<Double> CLIP_VALUE =
      Option.of("clip_value", 0.0, "largest size of a gradient's element; 0 is none").atLeast(0);
  public static final Option<Integer> ACCUMULATE =
      Option.of("accumulate", 1, "batches whose gradients make one update; 0 is a whole pass")
          .atLeast(0);

  public static final Option<String> TRAINABLE =
      Option.of("trainable", "", "weights to train, by names joined by commas; * is any letters");

  static final String RATE = "rate";
  static final String APPLY = "apply"; // how many batches the update averages; 0: only accumulate
  private static final String GRADIENT = "gradient";

  static List<Option<?>> options() {
    return List.of(CLIP_NORM, CLIP_VALUE, ACCUMULATE, TRAINABLE);
  }

  /** Builds the step of a model. */
  public static TrainingStep of(Model model, Problem problem, DType dtype) {
    Scope.Carry carry = problem.carry(Problem.Purpose.TRAIN);
    Scope scope = Scope.root(Scope.Mode.TRAIN, carry, dtype);
    Objective objective = problem.objective(scope, model.encoder());
    return new Builder(model.options(), scope, dtype).build(objective);
  }

  private static final class Builder {
    private final Options options;
    private final Scope scope;
    private final DType dtype;
    private final Map<String, Value> scalars = new LinkedHashMap<>();
    private final Map<String, Value> slots = new LinkedHashMap<>();
    private final Map<String, Value> outputs = new LinkedHashMap<>();
    private final Map<String, String> retained = new LinkedHashMap<>();

    Builder(Options options, Scope scope, DType dtype) {
      this.options = options;
      this.scope = scope;
      this.dtype = dtype;
    }

    TrainingStep build(Objective objective) {
      List<Scope.Parameter> asked = asked();
      var other = new LinkedHashMap<>(Carried.outputs(scope));
      for (String name : List.of(Objective.NLL, Objective.COUNT)) {
        other.put(name, objective.figure(name));
      }
      Gradient.Result r =
          Gradient.of(
              objective.loss(),
              asked.stream().map(Scope.Parameter::value).toList(),
              List.copyOf(other.values()));
      outputs.put("loss", r.loss());
      for (String name : other.keySet()) outputs.put(name, r.others().get(outputs.size() - 1));
      retained.putAll(Carried.retained(scope));
      var trained = new ArrayList<Scope.Parameter>();
      var gradients = new ArrayList<Value>();
      for (int i = 0; i < asked.size(); i++) {
        Value g = r.gradients().get(i);
        if (isIdle(asked.get(i), g)) continue;
        trained.add(asked.get(i));
        gradients.add(g);
      }
      descend(trained, gradients);
      var inputs = new ArrayList<>(scope.arguments());
      inputs.addAll(slots.values());
      inputs.addAll(scalars.values());
      return new TrainingStep(
          Graph.of(inputs, outputs), retained, scope.parameters(), trained, slots, scope);
    }

    /** Those that may be trained and that are asked for by name. */
    private List<Scope.Parameter> asked() {
      List<Scope.Parameter> all =
          scope.parameters().stream().filter(Scope.Parameter::trainable).toList();
      if (options.get(TRAINABLE).isBlank()) return all;
      var asked = new LinkedHashSet<Scope.Parameter>();
      for (String name : options.get(TRAINABLE).split(",", -1)) {
        String letters =
            Arrays.stream(name.strip().split("\\*", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"));
        List<Scope.Parameter> found = all.stream().filter(p -> p.name().matches(letters)).toList();
        if (found.isEmpty()) throw unknown(name.strip(), all);
        asked.addAll(found);
      }
      return all.stream().filter(asked::contains).toList();
    }

    private static TrainingException unknown(String name, List<Scope.Parameter> all) {
      List<String> names = all.stream().map(Scope.Parameter::name).toList();
      return new TrainingException(
          "option "
              + TRAINABLE
              + " names '"
              + name
              + "', which is no weight that can be trained."
              + Nearest.listing(name, names));
    }

    /** Whether the loss does not depend on a parameter; one that is named must not be so. */
    private boolean isIdle(Scope.Parameter p, Value gradient) {
      boolean idle = gradient.op() instanceof Op.Constant c && c.value() == 0;
      if (!idle || options.get(TRAINABLE).isBlank()) return idle;
      throw new TrainingException(
          "option "
              + TRAINABLE
              + " names '"
              + p.name()
              + "', which gets no gradient: the loss does not depend on it. Leave it out.");
    }

    private void descend(List<Scope.Parameter> trained, List<Value> gradients) {
      boolean accumulating = options.get(ACCUMULATE) != 1;
      List<Value> g = accumulating ? accumulate(trained, gradients) : gradients;
      g = clipNorm(clipValue(g));
      Value rate = scalar(RATE);
      for (int i = 0; i < g.size(); i++) {
        Scope.Parameter p = trained.get(i);
        var own = new Optimizer.Slots(p.name(), scalars);
        Value next =
            options.get(Optimizer.OPTIMIZER).update(own, options, p.value(), g.get(i), rate);
        keep(p.name(), p.value(), next, accumulating);
        own.written().forEach((name, v) -> keep(name, slot(own, name), v, accumulating));
        slots.putAll(own.read());
      }
    }

    private static Value slot(Optimizer.Slots own, String name) {
      return java.util.Objects.requireNonNull(own.read().get(name), name);
    }

    /** The sum over batches since the last update, as a mean over them. */
    private List<Value> accumulate(List<Scope.Parameter> trained, List<Value> gradients) {
      var means = new ArrayList<Value>();
      Value apply = scalar(APPLY);
      for (int i = 0; i < gradients.size(); i++) {
        Value g = gradients.get(i);
        String name = trained.get(i).name() + "/" + GRADIENT;
        Value before = Ops.input(name, g.dtype(), g.shape());
        Value sum = before.plus(g);
        slots.put(name, before);
        retain(name, applied(g).where(sum.like(0), sum));
        means.add(sum.over(apply.max(1)));
      }
      return means;
    }

    private void keep(String name, Value now, Value next, boolean accumulating) {
      retain(name, accumulating ? applied(now).where(next, now) : next);
    }

    private Value applied(Value like) {
      return Ops.constant(0, dtype, Shape.SCALAR).less(scalar(APPLY)).expand(like.shape());
    }

    private List<Value> clipValue(List<Value> gradients) {
      double bound = options.get(CLIP_VALUE);
      if (bound == 0) return gradients;
      return gradients.stream().map(g -> g.max(-bound).min(g.like(bound))).toList();
    }

    /** {@code g · min(1, bound / ‖g‖)} over all gradients as one vector (Pascanu et al. 2013). */
    private List<Value> clipNorm(List<Value> gradients) {
      double bound = options.get(CLIP_NORM);
      if (bound == 0) return gradients;
      Value squares = Ops.constant(0, dtype, Shape.SCALAR);
      for (Value g : gradients) squares = squares.plus(g.square().total());
      Value norm = Ops.sqrt(squares);
      outputs.put("norm", norm);
      // no epsilon: where the norm is below the bound the factor is exactly one
      Value factor = norm.like(bound).over(norm.max(bound));
      return gradients.stream().map(g -> g.times(factor)).toList();
    }

    private Value scalar(String name) {
      return scalars.computeIfAbsent(name, n -> Ops.input(n, dtype, Shape.SCALAR));
    }

    private void retain(String input, Value next) {
      outputs.put(Carried.next(input), next);
      retained.put(Carried.next(input), input);
    }
  }

  /** How many numbers are trained or kept. */
  public long parameterCount() {
    return parameters.stream().map(p -> p.value().shape().size()).mapToLong(Dim::number).sum();
  }

  boolean takes(String input) {
    return graph.inputs().stream().anyMatch(v -> Graph.nameOf(v).equals(input));
  }
}
