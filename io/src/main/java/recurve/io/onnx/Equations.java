package recurve.io.onnx;

import static recurve.io.onnx.Factors.either;
import static recurve.io.onnx.Factors.factors;
import static recurve.io.onnx.Factors.same;
import static recurve.io.onnx.Factors.terms;
import static recurve.io.onnx.Factors.unary;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
  private final LoopBody body;

  Equations(Node loop, Op.Scan scan) {
    this.body = new LoopBody(loop, scan);
  }

  Recurrence.Match match() {
    try {
      List<Integer> sequences = body.sequences();
      return switch (body.carries()) {
        case 1 -> gruOrRnn(sequences);
        case 2 -> lstm(sequences);
        default -> throw new Unlike("it carries " + body.carries() + " states");
      };
    } catch (Unlike e) {
      return new Recurrence.Match.Unlike(e.reason());
    }
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
    var in = new GateInputs(body, sequences.get(0), 0, -1);
    Activation f = activation(in.next(0));
    GateSum sum = GateSum.sum(body, f.argument, in, Optional.empty());
    if (!sum.others().isEmpty()) throw new Unlike("a term is no product by a weight");
    List<String> usual = List.of("Tanh");
    return recurrence(
        "RNN", in, List.of(sum), List.of(), Optional.empty(), List.of(f.name), usual, false);
  }

  private Recurrence gru(List<Integer> sequences) throws Unlike {
    var in = new GateInputs(body, sequences.get(0), 0, -1);
    Mix mix = mix(in);
    GateSum z = GateSum.gate(body, mix.gate, in, Optional.empty());
    if (mix.opened) z = z.negated(); // 1 - σ(a) = σ(-a)
    Activation g = activation(mix.candidate);
    GateSum n = GateSum.sum(body, g.argument, in, Optional.empty());
    if (n.others().size() != 1 || !n.ofState().isEmpty()) {
      throw new Unlike("its candidate sees the state other than through a reset gate");
    }
    List<String> activations = List.of("Sigmoid", g.name);
    List<String> usual = List.of("Sigmoid", "Tanh");
    Value other = n.others().get(0);
    if (other.op() instanceof Op.MatMul) {
      GateSum r = GateSum.gate(body, reset(other.node().input(0), in.h), in, Optional.empty());
      n.ofState().add(body.outer(other.node().input(1)));
      return recurrence(
          "GRU", in, List.of(z, r, n), List.of(), Optional.empty(), activations, usual, false);
    }
    for (List<Value> pair : factors(other)) {
      Optional<Value> gate = unary(pair.get(0), Op.Unary.SIGMOID);
      if (gate.isEmpty()) continue;
      GateSum r = GateSum.gate(body, pair.get(0), in, Optional.empty());
      GateSum product = GateSum.sum(body, pair.get(1), in, Optional.empty());
      if (!product.others().isEmpty() || !product.ofInput().isEmpty()) continue;
      n.ofState().addAll(product.ofState());
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
    var in = new GateInputs(body, sequences.get(0), hAt, cAt);
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
      GateInputs in, Value o, Activation last, Value f, Value i, Activation g, Value cNext)
      throws Unlike {
    GateSum input = GateSum.gate(body, i, in, Optional.of(in.c));
    GateSum forget = GateSum.gate(body, f, in, Optional.of(in.c));
    GateSum output = GateSum.gate(body, o, in, Optional.of(cNext));
    GateSum candidate = GateSum.sum(body, g.argument, in, Optional.empty());
    if (!candidate.others().isEmpty()) throw new Unlike("a term is no product by a weight");
    Optional<Value> peepholes = Optional.empty();
    if (Stream.of(input, forget, output).anyMatch(s -> !s.ofMemory().isEmpty())) {
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
      GateInputs in,
      List<GateSum> gates,
      List<Value> lastStateBias,
      Optional<Value> peepholes,
      List<String> activations,
      List<String> usual,
      boolean linearBeforeReset)
      throws Unlike {
    for (int i = body.carries(); i < body.outputs().size(); i++) {
      if (!same(body.outputs().get(i), in.next(0))) {
        throw new Unlike("it yields at each step what is not its state h");
      }
    }
    var w = new ArrayList<Value>();
    var r = new ArrayList<Value>();
    var b = new ArrayList<Value>();
    for (GateSum gate : gates) {
      w.add(in.matrix(gate.ofInput(), in.width));
      r.add(in.matrix(gate.ofState(), in.hidden));
      b.add(in.row(gate));
    }
    int ofState = gates.size() - lastStateBias.size(); // biases that stand with the input's product
    for (int i = 0; i < ofState; i++) b.add(in.zeros(Shape.of(in.hidden)));
    b.addAll(lastStateBias);
    return new Recurrence(
        operator,
        body.argument(in.xAt),
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

  // -- pieces of equations

  /** {@code h' = gate * h + (1 - gate) * candidate}, or with gate and 1 - gate exchanged. */
  private record Mix(Value gate, Value candidate, boolean opened) {}

  private Mix mix(GateInputs in) throws Unlike {
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
    boolean sub = v.op() == Op.Binary.SUB && body.isConstant(v.node().input(0), 1);
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
        if (body.isConstant(pair.get(1), 0))
          return Optional.of(new Activation("Relu", pair.get(0)));
      }
    }
    return Optional.empty();
  }
}
