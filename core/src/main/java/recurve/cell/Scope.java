package recurve.cell;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.ShapeException;
import recurve.ir.Type;
import recurve.ir.Value;

/**
 * A model under construction: its parameters, inputs, states and noise, under dotted names.
 *
 * <p>A scope made by {@link #in} shares everything with its parent and puts its name before those
 * of what it makes. Asking twice for one name gives one value: that is how weights are shared.
 */
public final class Scope {
  /** What the graph is for. */
  public enum Mode {
    /** Noise is drawn. */
    TRAIN,
    /** Nothing is random. */
    EVALUATE
  }

  /** Where a sequence's first state comes from. */
  public enum Carry {
    /** From nothing: each batch holds whole sequences. */
    FRESH,
    /** From outside: the states are inputs and outputs of the graph, so that text can go on. */
    CARRIED
  }

  /** A parameter: its value in the graph and how it begins. */
  public record Parameter(String name, Value value, Init init, boolean trainable) {}

  /** A state that the graph takes and gives: zeros, or a learned parameter, at a fresh start. */
  public record State(String name, Value initial, Value last) {}

  /**
   * The random key, an input of graphs that draw noise: I32 [3], see {@link
   * recurve.ir.Op.RandomUniform}.
   */
  public static final String KEY = "random.key";

  /** Which rows begin anew, an input of graphs with learned and carried states: BOOL [B]. */
  public static final String RESTART = "restart";

  private final Root root;
  private final String prefix;
  private final Carry carry;

  private static final class Root {
    final Mode mode;
    final Carry carry;
    final DType dtype;
    final Map<String, Parameter> parameters = new LinkedHashMap<>();
    final Map<String, Value> inputs = new LinkedHashMap<>();
    final Map<String, Value> initial = new LinkedHashMap<>();
    final Map<String, State> states = new LinkedHashMap<>();
    int streams;

    Root(Mode mode, Carry carry, DType dtype) {
      this.mode = mode;
      this.carry = carry;
      this.dtype = dtype;
    }
  }

  private Scope(Root root, String prefix, Carry carry) {
    this.root = root;
    this.prefix = prefix;
    this.carry = carry;
  }

  /** An empty model. */
  public static Scope root(Mode mode, Carry carry, DType dtype) {
    return new Scope(new Root(mode, carry, dtype), "", carry);
  }

  /** An empty model like this one, to look at what would be built. */
  Scope probe() {
    return new Scope(new Root(root.mode, root.carry, root.dtype), prefix, carry);
  }

  /** The part of the model under a name. */
  public Scope in(String name) {
    return new Scope(root, prefix + name + ".", carry);
  }

  /** The same part, of a loop whose sequences are whole in each run: no state of it is carried. */
  public Scope fresh() {
    return new Scope(root, prefix, Carry.FRESH);
  }

  public Mode mode() {
    return root.mode;
  }

  public boolean training() {
    return root.mode == Mode.TRAIN;
  }

  public Carry carry() {
    return carry;
  }

  /** The floating-point type of the model. */
  public DType dtype() {
    return root.dtype;
  }

  /** A trained parameter by name. */
  public Value parameter(String name, Init init, Shape shape) {
    return parameter(name, init, shape, true);
  }

  /** A parameter by name; one that is not trainable stays as it begins. */
  public Value parameter(String name, Init init, Shape shape, boolean trainable) {
    return parameter(name, init, root.dtype, shape, trainable);
  }

  /** A table of whole numbers or truth values that the model reads; it stays as it is given. */
  public Value table(String name, DType dtype, Shape shape) {
    return parameter(name, Init.BIAS, dtype, shape, false);
  }

  private Value parameter(String name, Init init, DType dtype, Shape shape, boolean trainable) {
    String full = prefix + name;
    Parameter known = root.parameters.get(full);
    if (known == null) {
      known = new Parameter(full, Ops.input(full, dtype, shape), init, trainable);
      root.parameters.put(full, known);
    } else if (!known.value().shape().equals(shape)) {
      throw new ShapeException(
          "parameter '" + full + "' is " + known.value().shape() + " but asked for as " + shape);
    }
    return known.value();
  }

  /** An input of the graph: part of a batch. */
  public Value input(String name, DType dtype, Shape shape) {
    Value v = root.inputs.computeIfAbsent(prefix + name, n -> Ops.input(n, dtype, shape));
    if (!v.type().equals(new Type(dtype, shape))) {
      throw new ShapeException("input '" + name + "' is " + v.type() + " but asked as " + shape);
    }
    return v;
  }

  /** Uniform noise in [0, 1) of a stream of its own. Training only. */
  public Value noise(Shape shape) {
    if (!training()) throw new IllegalStateException("noise is drawn in training only");
    Value key = root.inputs.computeIfAbsent(KEY, n -> Ops.input(n, DType.I32, Shape.of(3)));
    return Ops.uniform(key, root.streams++, root.dtype, shape);
  }

  /** The first value of a state: zeros, or what was carried here. */
  public Value initial(String name, Shape shape) {
    return initial(name, Ops.constant(0, root.dtype, shape));
  }

  /**
   * The first value of a state.
   *
   * @param fresh what it is where a sequence begins. Of a carried state, the input {@code restart}
   *     (BOOL [B]) says which rows begin, unless {@code fresh} is zero: then the caller feeds
   *     zeros.
   */
  public Value initial(String name, Value fresh) {
    if (carry == Carry.FRESH) return fresh;
    String full = prefix + name;
    Value carried = Ops.input(full, root.dtype, fresh.shape());
    root.initial.put(full, carried);
    if (fresh.op() instanceof recurve.ir.Op.Constant) return carried;
    Dim batch = fresh.dim(0);
    Value restart = new Scope(root, "", carry).input(RESTART, DType.BOOL, Shape.of(batch));
    return restart.unsqueeze(-1).where(fresh, carried);
  }

  /** Registers the last value of a state. */
  public void last(String name, Value value) {
    if (carry != root.carry) return;
    String full = prefix + name;
    Value initial = Optional.ofNullable(root.initial.get(full)).orElse(value);
    root.states.put(full, new State(full, initial, value));
  }

  /** All parameters, in the order made. */
  public List<Parameter> parameters() {
    return List.copyOf(root.parameters.values());
  }

  /** All inputs but parameters and carried states, in the order made. */
  public List<Value> inputs() {
    return List.copyOf(root.inputs.values());
  }

  /** The last states of every loop; carried ones are inputs too. */
  public List<State> states() {
    return List.copyOf(root.states.values());
  }

  /** Everything a graph over this model takes: parameters, carried states, batch. */
  public List<Value> arguments() {
    var all = new ArrayList<Value>();
    for (Parameter p : root.parameters.values()) all.add(p.value());
    all.addAll(root.initial.values());
    all.addAll(root.inputs.values());
    return all;
  }
}
