package recurve.train;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import recurve.cell.Cell;
import recurve.cell.Decoder;
import recurve.cell.Encoder;
import recurve.cell.Init;
import recurve.cell.Scope;
import recurve.ir.DType;
import recurve.ir.Tensor;
import recurve.option.Option;
import recurve.option.Options;
import recurve.plugin.Catalog;
import recurve.task.Problem;
import recurve.task.Task;

/**
 * A description of a model and its training: a task, cells by name, and the values of all their
 * options. Immutable; two models of the same description train to the same numbers.
 */
public final class Model {
  /** How parameters begin. */
  public enum Start {
    /** As each asks: Glorot, orthogonal, zero. */
    STANDARD,
    /** All uniform in [-init_scale, init_scale), biases too (Zaremba et al. 2014). */
    UNIFORM
  }

  public static final Option<Start> INIT =
      Option.of("init", Start.STANDARD, "how parameters begin");
  public static final Option<Double> INIT_SCALE =
      Option.of("init_scale", 0.1, "bound of uniform beginnings").atLeast(0);

  private final Task task;
  private final Function<String, Cell> cells;
  private final Options options;

  private Model(Task task, Function<String, Cell> cells, Options options) {
    this.task = task;
    this.cells = cells;
    this.options = options;
  }

  /** A model with all defaults, of a task and cells that are installed. */
  public static Model of(String task) {
    return of(Catalog.load(Task.class).get(task), Catalog.load(Cell.class)::get);
  }

  /** A model with all defaults; cells are looked up by name. */
  public static Model of(Task task, Function<String, Cell> cells) {
    return new Model(task, cells, Options.of(List.of())).with(Map.of());
  }

  /** The same with one option set. */
  public Model with(String option, Object value) {
    return with(Map.of(option, value.toString()));
  }

  /**
   * The same with options set, by name.
   *
   * @throws recurve.option.OptionException on an unknown name or a value that is not taken
   */
  public Model with(Map<String, String> values) {
    var all = new LinkedHashMap<String, String>();
    options.declared().stream()
        .filter(options::isSet)
        .forEach(o -> all.put(o.name(), String.valueOf(options.toMap().get(o.name()))));
    all.putAll(values);
    List<Cell> used = cellNames(all).stream().map(cells).toList();
    return new Model(task, cells, Options.of(declared(task, used)).with(all));
  }

  /** The cells that options name, each once: what a model of theirs declares depends on them. */
  public static List<String> cellNames(Map<String, String> options) {
    String encoder = options.get(Encoder.CELL.name());
    String decoder = options.getOrDefault(Decoder.CELL.name(), "");
    var names = new LinkedHashSet<String>();
    names.addAll(encoder == null ? Encoder.CELL.standard() : Encoder.CELL.parse(encoder));
    if (!decoder.isBlank()) names.addAll(Encoder.CELL.parse(decoder));
    return List.copyOf(names);
  }

  /** Everything that can be set of a task with these cells. */
  public static List<Option<?>> declared(Task task, List<Cell> cells) {
    var all = new LinkedHashSet<Option<?>>(Encoder.options(cells));
    all.addAll(task.options());
    all.add(INIT);
    all.add(INIT_SCALE);
    all.addAll(Optimizer.options());
    all.addAll(Schedule.options());
    all.addAll(Trainer.options());
    return List.copyOf(all);
  }

  public Task task() {
    return task;
  }

  public Options options() {
    return options;
  }

  /** The recurrent layers. */
  public Encoder encoder() {
    return Encoder.of(options, cells);
  }

  /** What a parameter begins as. */
  Tensor start(Scope.Parameter parameter, DType dtype, long seed) {
    Init own = parameter.init();
    boolean overruled =
        options.get(INIT) == Start.UNIFORM && !(own instanceof Init.Given) && !isConstant(own);
    Init init = overruled ? new Init.Uniform(options.get(INIT_SCALE)) : own;
    return init.draw(parameter.value().shape(), dtype, seed, parameter.name());
  }

  // a scale that begins at one would be lost among small uniform numbers; biases are meant to be
  private static boolean isConstant(Init init) {
    return init instanceof Init.Constant c && c.value() != 0;
  }

  /** The model's inference graph under construction, with its outputs. */
  Built outputs(Problem.Part part, DType dtype) {
    Scope scope = Scope.root(Scope.Mode.EVALUATE, part.carry(), dtype);
    return new Built(scope, part.outputs().of(scope, encoder()));
  }

  /** A scope and the outputs built in it. */
  record Built(Scope scope, Map<String, recurve.ir.Value> outputs) {}
}
