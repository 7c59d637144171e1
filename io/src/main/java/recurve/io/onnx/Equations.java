package recurve.io.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * Compares the equations of a loop's body with those of ONNX's recurrent operators, up to the order
 * of sums and products, and to constants added to a gate.
 *
 * <pre>
 *   RNN   h' = f(x W + h R + b)
 *   GRU   z = σ(..)  r = σ(..)  n = g(..)  h' = (1 - z) ⊙ n + z ⊙ h
 *         n's argument is x W + (r ⊙ h) R + b, or x W + b + r ⊙ (h R + d): linear before reset
 *   LSTM  i = σ(..)  f = σ(..)  g = g(..)  o = σ(..)  c' = f ⊙ c + i ⊙ g  h' = o ⊙ h(c')
 *         i and f may see p ⊙ c, o may see p ⊙ c'
 * </pre>
 */
final class Equations {
  private final Node loop;
  private final Op.Scan scan;
  private final Graph body;
  private final Set<Value> varying; // what depends on the state or on the step's input
  private final Map<Value, Value> outside = new HashMap<>(); // a captured value, seen from outside

  Equations(Node loop, Op.Scan scan) {
    this.loop = loop;
    this.scan = scan;
    this.body = scan.body();
    List<Value> inputs = body.inputs();
    this.varying = Graph.dependents(body.outputs(), inputs.subList(scan.consts(), inputs.size()));
    for (int i = 0; i < scan.consts(); i++) outside.put(inputs.get(i), loop.input(i));
  }

  /** The equations are not these; says in what they differ. */
  private static final class Unlike extends Exception {
    private static final long serialVersionUID = 1;

    Unlike(String reason) {
      super(reason, null, false, false); // one for each try: no need of stack traces
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  Recurrence.Match match() {
    try {
      List<Integer> sequences = sequences();
      return switch (scan.carries()) {
        case 1 -> gruOrRnn(sequences);
        case 2 -> lstm(sequences);
        default -> throw new Unlike("it carries " + scan.carries() + " states");
      };
    } catch (Unlike e) {
      return new Recurrence.Match.Unlike(e.reason());
    }
  }

  /** The sequences that the body reads at all. */
  private List<Integer> sequences() throws Unlike {
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

  private Recurrence.Match gruOrRnn(List<Integer> sequences) throws Unlike {
    try {
      return new Recurrence.Match.Fused(rnn(sequences));
    } catch (Unlike notRnn) {
      try {
        return new Recurrence.Match.Fused(gru(sequences));
      } catch (Unlike notGru) {
        throw new Unlike("no RNN: " + notRnn.reason() + "; no GRU: " + notGru.reason());
      }
    }
  }

  private Recurrence.Match lstm(List<Integer> sequences) throws Unlike {
    try {
      return new Recurrence.Match.Fused(lstm(sequences, 0, 1));
    } catch (Unlike first) {
      try {
        return new Recurrence.Match.Fused(lstm(sequences, 1, 0));
      } catch (Unlike second) {
        // the one that came further tells more
        throw first.reason().startsWith("no state") ? second : first;
      }
    }
  }

  // -- the three operators

  private Recurrence rnn(List<Integer> sequences) throws Unlike {
    var in = new Inputs(sequences.get(0), 0, -1);
    Activation f = activation(in.next(0));
    Sum sum = sum(f.argument, in, Optional.empty());
    if (!sum.others.isEmpty()) throw new Unlike("a term is no product by a weight");
    List<String> usual = List.of("Tanh");
    return recurrence(
        "RNN", in, List.of(sum), List.of(), Optional.empty(), List.of(f.name), usual, false);
  }

  private Recurrence gru(List<Integer> sequences) throws Unlike {
    var in = new Inputs(sequences.get(0), 0, -1);
    Mix mix = mix(in);
    Sum z = gate(mix.gate, in, Optional.empty());
    if (mix.opened) z = z.negated(); // 1 - σ(a) = σ(-a)
    Activation g = activation(mix.candidate);
    Sum n = sum(g.argument, in, Optional.empty());
    if (n.others.size() != 1 || !n.ofState.isEmpty()) {
      throw new Unlike("its candidate sees the state other than through a reset gate");
    }
    List<String> activations = List.of("Sigmoid", g.name);
    List<String> usual = List.of("Sigmoid", "Tanh");
    Value other = n.others.get(0);
    if (other.op() instanceof Op.MatMul) {
      Sum r = gate(reset(other.node().input(0), in.h), in, Optional.empty());
      n.ofState.add(outer(other.node().input(1)));
      return recurrence(
          "GRU", in, List.of(z, r, n), List.of(), Optional.empty(), activations, usual, false);
    }
    for (List<Value> pair : factors(other)) {
      Optional<Value> gate = unary(pair.get(0), Op.Unary.SIGMOID);
      if (gate.isEmpty()) continue;
      Sum r = gate(pair.get(0), in, Optional.empty());
      Sum product = sum(pair.get(1), in, Optional.empty());
      if (!product.others.isEmpty() || !product.ofInput.isEmpty()) continue;
      n.ofState.addAll(product.ofState);
      return recurrence(
          "GRU",
          in,
          List.of(z, r, n),
          List.of(in.row(product)),
          Optional.empty(),
          activations,
          usual,
          true);
    }
    throw new Unlike("its candidate has no reset gate");
  }

  private Recurrence lstm(List<Integer> sequences, int hAt, int cAt) throws Unlike {
    var in = new Inputs(sequences.get(0), hAt, cAt);
    Value cNext = in.next(1);
    for (List<Value> output : factors(in.next(0))) {
      if (unary(output.get(0), Op.Unary.SIGMOID).isEmpty()) continue;
      Optional<Activation> last = tryActivation(output.get(1));
      if (last.isEmpty() || !same(last.get().argument, cNext)) continue;
      for (List<Value> terms : terms(cNext)) {
        for (List<Value> kept : factors(terms.get(0))) {
          if (!same(kept.get(1), in.c)) continue;
          if (unary(kept.get(0), Op.Unary.SIGMOID).isEmpty()) continue;
          for (List<Value> added : factors(terms.get(1))) {
            if (unary(added.get(0), Op.Unary.SIGMOID).isEmpty()) continue;
            Optional<Activation> g = tryActivation(added.get(1));
            if (g.isEmpty()) continue;
            return lstm(in, output.get(0), last.get(), kept.get(0), added.get(0), g.get(), cNext);
          }
        }
      }
      throw new Unlike("its memory is not f*c + i*g");
    }
    throw new Unlike("no state is a gate times an activation of the other");
  }

  private Recurrence lstm(
      Inputs in, Value o, Activation last, Value f, Value i, Activation g, Value cNext)
      throws Unlike {
    Sum input = gate(i, in, Optional.of(in.c));
    Sum forget = gate(f, in, Optional.of(in.c));
    Sum output = gate(o, in, Optional.of(cNext));
    Sum candidate = sum(g.argument, in, Optional.empty());
    if (!candidate.others.isEmpty()) throw new Unlike("a term is no product by a weight");
    Optional<Value> peepholes = Optional.empty();
    if (Stream.of(input, forget, output).anyMatch(s -> !s.ofMemory.isEmpty())) {
      Value p = Ops.concat(0, List.of(in.peep(input), in.peep(output), in.peep(forget)));
      peepholes = Optional.of(p.unsqueeze(0));
    }
    List<String> activations = List.of("Sigmoid", g.name, last.name);
    return recurrence(
        "LSTM",
        in,
        List.of(input, output, forget, candidate),
        List.of(),
        peepholes,
        activations,
        List.of("Sigmoid", "Tanh", "Tanh"),
        false);
  }

  private Recurrence recurrence(
      String operator,
      Inputs in,
      List<Sum> gates,
      List<Value> lastStateBias,
      Optional<Value> peepholes,
      List<String> activations,
      List<String> usual,
      boolean linearBeforeReset)
      throws Unlike {
    for (int i = scan.carries(); i < body.outputs().size(); i++) {
      if (!same(body.outputs().get(i), in.next(0))) {
        throw new Unlike("it yields at each step what is not its state h");
      }
    }
    var w = new ArrayList<Value>();
    var r = new ArrayList<Value>();
    var b = new ArrayList<Value>();
    for (Sum gate : gates) {
      w.add(in.matrix(gate.ofInput, in.width));
      r.add(in.matrix(gate.ofState, in.hidden));
      b.add(in.row(gate));
    }
    int ofState = gates.size() - lastStateBias.size(); // biases that stand with the input's product
    for (int i = 0; i < ofState; i++) b.add(in.zeros(Shape.of(in.hidden)));
    b.addAll(lastStateBias);
    return new Recurrence(
        operator,
        loop.input(in.xAt),
        Ops.concat(0, w).unsqueeze(0),
        Ops.concat(0, r).unsqueeze(0),
        Ops.concat(0, b).unsqueeze(0),
        peepholes,
        in.first(),
        in.carries,
        in.hidden,
        activations.equals(usual) ? List.of() : activations,
        linearBeforeReset);
  }

  // -- what a body reads

  /** The step's input and states, with their extents. */
  private final class Inputs {
    final int xAt;
    final Value x;
    final Value h;
    final Value c;
    final List<Integer> carries;
    final long width;
    final long hidden;
    final DType dtype;

    Inputs(int xAt, int hAt, int cAt) throws Unlike {
      this.xAt = xAt;
      this.x = body.inputs().get(xAt);
      this.h = body.inputs().get(scan.consts() + hAt);
      this.c = cAt < 0 ? h : body.inputs().get(scan.consts() + cAt);
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
      return carries.stream().map(i -> loop.input(scan.consts() + i)).toList();
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
    Value row(Sum sum) throws Unlike {
      return rows(sum.constants);
    }

    /** The peepholes of a gate, [H]. */
    Value peep(Sum sum) throws Unlike {
      return rows(sum.ofMemory);
    }

    private Value rows(List<Value> values) throws Unlike {
      Value sum = zeros(Shape.of(hidden));
      boolean first = true;
      for (Value v : values) {
        Value row = Equations.row(v);
        sum = first ? row : sum.plus(row);
        first = false;
      }
      return sum;
    }
  }

  /** A value [B, n] of which every row is the same, as that row [n]. */
  private static Value row(Value v) throws Unlike {
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

  // -- sums of products by weights

  /** The terms of a gate's argument, their weights and biases as values outside the loop. */
  private record Sum(
      List<Value> ofInput,
      List<Value> ofState,
      List<Value> ofMemory,
      List<Value> constants,
      List<Value> others) {
    Sum() {
      this(
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }

    Sum negated() {
      return new Sum(
          negated(ofInput), negated(ofState), negated(ofMemory), negated(constants), others);
    }

    private static List<Value> negated(List<Value> values) {
      return new ArrayList<>(values.stream().map(Value::neg).toList());
    }
  }

  private Sum gate(Value sigmoid, Inputs in, Optional<Value> memory) throws Unlike {
    Optional<Value> argument = unary(sigmoid, Op.Unary.SIGMOID);
    if (argument.isEmpty()) throw new Unlike("a gate is no sigmoid");
    Sum sum = sum(argument.get(), in, memory);
    if (!sum.others.isEmpty()) throw new Unlike("a gate has a term that is no product by a weight");
    return sum;
  }

  private Sum sum(Value v, Inputs in, Optional<Value> memory) throws Unlike {
    var sum = new Sum();
    collect(v, false, Optional.empty(), in, memory, sum);
    return sum;
  }

  /** Columns of a value: gates that were computed side by side. */
  private record Columns(Dim from, Dim to) {}

  private void collect(
      Value v,
      boolean negative,
      Optional<Columns> columns,
      Inputs in,
      Optional<Value> memory,
      Sum sum)
      throws Unlike {
    if (!varying.contains(v)) {
      sum.constants.add(signed(part(outer(v), columns), negative));
      return;
    }
    List<Value> args = v.node().inputs();
    switch (v.op()) {
      case Op.Binary.ADD -> {
        for (Value a : args) collect(a, negative, columns, in, memory, sum);
      }
      case Op.Binary.SUB -> {
        collect(args.get(0), negative, columns, in, memory, sum);
        collect(args.get(1), !negative, columns, in, memory, sum);
      }
      case Op.Unary.NEG -> collect(args.get(0), !negative, columns, in, memory, sum);
      case Op.Slice(int axis, Dim from, Dim to) when axis == 1 && columns.isEmpty() ->
          collect(args.get(0), negative, Optional.of(new Columns(from, to)), in, memory, sum);
      case Op.MatMul m when !varying.contains(args.get(1)) -> {
        Value weight = signed(part(outer(args.get(1)), columns), negative);
        product(v, args.get(0), weight, negative || columns.isPresent(), in, sum);
      }
      default -> { // a peephole, or nothing that belongs to a gate
        for (List<Value> pair : factors(v)) {
          boolean peephole = memory.isPresent() && same(pair.get(1), memory.get());
          if (peephole && !varying.contains(pair.get(0)) && columns.isEmpty()) {
            sum.ofMemory.add(signed(outer(pair.get(0)), negative));
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
      Value whole, Value left, Value weight, boolean changed, Inputs in, Sum sum) throws Unlike {
    if (same(left, in.x)) {
      sum.ofInput.add(weight);
    } else if (same(left, in.h)) {
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

  /** A value that does not vary, as one outside the loop. */
  private Value outer(Value v) {
    return Graph.substitute(List.of(v), outside).get(0);
  }

  // -- pieces of equations

  /** {@code h' = gate * h + (1 - gate) * candidate}, or with gate and 1 - gate exchanged. */
  private record Mix(Value gate, Value candidate, boolean opened) {}

  private Mix mix(Inputs in) throws Unlike {
    for (List<Value> terms : terms(in.next(0))) {
      for (List<Value> kept : factors(terms.get(0))) {
        if (!same(kept.get(1), in.h)) continue;
        for (List<Value> added : factors(terms.get(1))) {
          Optional<Value> gate = complement(added.get(0));
          if (gate.isPresent() && same(gate.get(), kept.get(0))) {
            return new Mix(kept.get(0), added.get(1), false);
          }
          gate = complement(kept.get(0));
          if (gate.isPresent() && same(gate.get(), added.get(0))) {
            return new Mix(added.get(0), added.get(1), true);
          }
        }
      }
      // h + u * (n - h) opens with u; n + u * (h - n) keeps with u
      for (List<Value> moved : factors(terms.get(1))) {
        Value difference = moved.get(1);
        if (difference.op() != Op.Binary.SUB) continue;
        Value to = difference.node().input(0);
        if (!same(difference.node().input(1), terms.get(0))) continue;
        if (same(terms.get(0), in.h)) return new Mix(moved.get(0), to, true);
        if (same(to, in.h)) return new Mix(moved.get(0), terms.get(0), false);
      }
    }
    throw new Unlike("its state is no mixture of itself and a candidate by one gate");
  }

  /** The gate, of {@code 1 - gate}. */
  private Optional<Value> complement(Value v) {
    boolean sub = v.op() == Op.Binary.SUB && isConstant(v.node().input(0), 1);
    return sub ? Optional.of(v.node().input(1)) : Optional.empty();
  }

  /** The gate, of {@code gate * h}. */
  private static Value reset(Value product, Value h) throws Unlike {
    for (List<Value> pair : factors(product)) if (same(pair.get(1), h)) return pair.get(0);
    throw new Unlike("its candidate has no reset gate");
  }

  private record Activation(String name, Value argument) {}

  private Activation activation(Value v) throws Unlike {
    return tryActivation(v).orElseThrow(() -> new Unlike("its state is no tanh, sigmoid or relu"));
  }

  private Optional<Activation> tryActivation(Value v) {
    if (v.op() == Op.Unary.TANH) return Optional.of(new Activation("Tanh", v.node().input(0)));
    if (v.op() == Op.Unary.SIGMOID) {
      return Optional.of(new Activation("Sigmoid", v.node().input(0)));
    }
    if (v.op() == Op.Binary.MAX) {
      for (List<Value> pair : either(v)) {
        if (isConstant(pair.get(1), 0)) return Optional.of(new Activation("Relu", pair.get(0)));
      }
    }
    return Optional.empty();
  }

  private boolean isConstant(Value v, double number) {
    return !varying.contains(v) && outer(v).op() instanceof Op.Constant c && c.value() == number;
  }

  private static Optional<Value> unary(Value v, Op.Unary op) {
    return v.op() == op ? Optional.of(v.node().input(0)) : Optional.empty();
  }

  /** Both orders of the factors of a product; none if it is no product. */
  private static List<List<Value>> factors(Value v) {
    return v.op() == Op.Binary.MUL ? either(v) : List.of();
  }

  /** Both orders of the terms of a sum; none if it is no sum. */
  private static List<List<Value>> terms(Value v) {
    return v.op() == Op.Binary.ADD ? either(v) : List.of();
  }

  private static List<List<Value>> either(Value v) {
    return List.of(v.node().inputs(), v.node().inputs().reversed());
  }

  /** Whether two are one value: a node's result, by identity. */
  private static boolean same(Value a, Value b) {
    return a.equals(b);
  }
}
