package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import recurve.ir.Dim;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/**
 * RNN, GRU and LSTM as loops over their equations, one loop for each direction.
 *
 * <pre>
 *   X [T,B,I]  W [D,gH,I]  R [D,gH,H]  B [D,2gH]  lengths [B]  first h, c [D,B,H]  P [D,3H]
 *   Y [T,D,B,H]  last h, c [D,B,H]          layout 1 has B first, in X, Y and the states
 * </pre>
 */
final class Recurrent {
  private Recurrent() {}

  static Map<String, Lowering> all() {
    return Map.of(
        "RNN", call -> new Operator(call, List.of("Tanh"), 1).lower(),
        "GRU", call -> new Operator(call, List.of("Sigmoid", "Tanh"), 3).lower(),
        "LSTM", call -> new Operator(call, List.of("Sigmoid", "Tanh", "Tanh"), 4).lower());
  }

  /** A function with its numbers. */
  private record Function(String name, double alpha, double beta, Optional<Double> clip) {
    Value of(Value x) {
      Value bounded = x;
      if (clip.isPresent()) bounded = x.max(-clip.get()).min(x.like(clip.get()));
      return Activations.apply(name, bounded, alpha, beta);
    }

    Function unclipped() {
      return new Function(name, alpha, beta, Optional.empty());
    }
  }

  /** One node. */
  private static final class Operator {
    private final Call call;
    private final int gates;
    private final List<Function> functions;
    private final int perDirection;
    private final boolean batchFirst;
    private final Value x; // [T, B, I]
    private final Value w;
    private final Value r;
    private final long hidden;
    private final Optional<Value> lengths;
    private final boolean lstm;

    Operator(Call call, List<String> usual, int gates) {
      this.call = call;
      this.gates = gates;
      this.lstm = gates == 4;
      this.perDirection = usual.size();
      this.batchFirst = call.flag("layout", false);
      Value given = call.value(0);
      if (given.rank() != 3) throw new Refusal("X has " + given.rank() + " axes, not 3");
      this.x = batchFirst ? given.swap(0, 1) : given;
      this.w = call.value(1);
      this.r = call.value(2);
      if (w.rank() != 3 || r.rank() != 3 || !r.shape().isNumeric()) {
        throw new Refusal("W or R is of shape " + w.shape() + ", " + r.shape());
      }
      this.hidden = r.dim(2).number();
      Fit.same(w.shape(), Shape.of(w.dim(0), Dim.of(gates * hidden), x.dim(2)));
      Fit.same(r.shape(), Shape.of(w.dim(0), Dim.of(gates * hidden), Dim.of(hidden)));
      this.lengths = call.optional(4);
      lengths.ifPresent(l -> Fit.same(l.shape(), Shape.of(x.dim(1))));
      this.functions = functions(usual);
    }

    private List<Function> functions(List<String> usual) {
      int directions = call.text("direction", "forward").equals("bidirectional") ? 2 : 1;
      if (!w.dim(0).is(directions)) {
        throw new Refusal("W is for " + w.dim(0) + " directions, not " + directions);
      }
      var names = new ArrayList<String>(call.texts("activations"));
      while (names.size() < directions * perDirection) names.addAll(usual);
      List<Double> alphas = call.reals("activation_alpha"), betas = call.reals("activation_beta");
      Optional<Double> clip =
          call.hasAttribute("clip") ? Optional.of(call.real("clip", 0)) : Optional.empty();
      int a = 0, b = 0;
      var functions = new ArrayList<Function>();
      for (String name : names.subList(0, directions * perDirection)) {
        double alpha = Activations.alpha(name), beta = Activations.beta(name);
        // numbers are listed for those functions only that take them
        if (Activations.takesAlpha(name) && a < alphas.size()) alpha = alphas.get(a++);
        if (Activations.takesBeta(name) && b < betas.size()) beta = betas.get(b++);
        functions.add(new Function(name, alpha, beta, clip));
      }
      return functions;
    }

    List<Item> lower() {
      var ys = new ArrayList<Value>();
      var hs = new ArrayList<Value>();
      var cs = new ArrayList<Value>();
      String direction = call.text("direction", "forward");
      int directions = Math.toIntExact(w.dim(0).number());
      for (int d = 0; d < directions; d++) {
        boolean reverse = direction.equals("reverse") || d == 1;
        Loop.Result result = new Direction(d).run(reverse);
        ys.add(Build.unsqueeze(result.ys().get(0), List.of(1)));
        hs.add(Build.unsqueeze(result.carry().get(0), List.of(0)));
        if (lstm) cs.add(Build.unsqueeze(result.carry().get(1), List.of(0)));
      }
      ElementType type = call.type(0);
      var items = new ArrayList<Item>();
      items.add(Item.of(type, sequence(Ops.concat(1, ys))));
      items.add(Item.of(type, state(Ops.concat(0, hs))));
      if (lstm) items.add(Item.of(type, state(Ops.concat(0, cs))));
      return items;
    }

    private Value sequence(Value y) {
      return batchFirst ? y.transpose(List.of(2, 0, 1, 3)) : y; // [T,D,B,H] -> [B,T,D,H]
    }

    private Value state(Value h) {
      return batchFirst ? h.swap(0, 1) : h;
    }

    /** One direction of it. */
    private final class Direction {
      private final int d;

      Direction(int d) {
        this.d = d;
      }

      Loop.Result run(boolean reverse) {
        var init = new ArrayList<Value>();
        init.add(first(5));
        if (lstm) init.add(first(6));
        var loop = new Loop(x.dim(0), reverse, lengths);
        return loop.run(init, List.of(x), (carry, in) -> step(carry, in.get(0)));
      }

      private Loop.Trip step(List<Value> carry, Value in) {
        Value h = carry.get(0);
        if (lstm) return lstm(in, h, carry.get(1));
        Value next = gates == 1 ? function(0).of(sum(0, in, h)) : gru(in, h);
        return new Loop.Trip(List.of(next), List.of(next));
      }

      private Value gru(Value in, Value h) {
        Value z = function(0).of(sum(0, in, h));
        Value reset = function(0).of(sum(1, in, h));
        Value inner;
        if (call.flag("linear_before_reset", false)) {
          Value product = biased(h.matmul(weight(r, 2)), bias(gates + 2));
          inner = biased(in.matmul(weight(w, 2)), bias(2)).plus(reset.times(product));
        } else {
          Value products = in.matmul(weight(w, 2)).plus(reset.times(h).matmul(weight(r, 2)));
          inner = biased(biased(products, bias(2)), bias(gates + 2));
        }
        return z.oneMinus().times(function(1).of(inner)).plus(z.times(h));
      }

      private Loop.Trip lstm(Value in, Value h, Value c) {
        Value i = function(0).of(peeped(sum(0, in, h), c, 0));
        Value f =
            call.flag("input_forget", false)
                ? i.oneMinus()
                : function(0).of(peeped(sum(2, in, h), c, 2));
        Value g = function(1).of(sum(3, in, h));
        Value cNext = f.times(c).plus(i.times(g));
        Value o = function(0).of(peeped(sum(1, in, h), cNext, 1));
        boolean plain = call.frame().reading().options().clipAsOnnxRuntime();
        Function last = plain ? function(2).unclipped() : function(2);
        Value hNext = o.times(last.of(cNext));
        return new Loop.Trip(List.of(hNext, cNext), List.of(hNext));
      }

      private Function function(int i) {
        return functions.get(d * perDirection + i);
      }

      /** {@code x W + h R + b} of a gate. */
      private Value sum(int gate, Value in, Value h) {
        Value products = in.matmul(weight(w, gate)).plus(h.matmul(weight(r, gate)));
        return biased(biased(products, bias(gate)), bias(gates + gate));
      }

      private Value biased(Value v, Optional<Value> bias) {
        return bias.map(v::plus).orElse(v);
      }

      /** The weights of a gate, [from, H]. */
      private Value weight(Value all, int gate) {
        Value own = all.slice(0, d, d + 1).slice(1, gate * hidden, (gate + 1) * hidden);
        return Build.squeeze(own, List.of(0)).t();
      }

      /** Part of the biases, [H]. */
      private Optional<Value> bias(int part) {
        return call.optional(3).map(b -> row(b, part));
      }

      private Value row(Value all, int part) {
        Value own = all.slice(0, d, d + 1).slice(1, part * hidden, (part + 1) * hidden);
        return Build.squeeze(own, List.of(0));
      }

      private Value peeped(Value v, Value c, int part) {
        return call.optional(7).map(p -> v.plus(row(p, part).times(c))).orElse(v);
      }

      /** What a state begins as, [B, H]. */
      private Value first(int argument) {
        Shape shape = Shape.of(x.dim(1), Dim.of(hidden));
        Optional<Value> given = call.optional(argument);
        if (given.isEmpty()) return Ops.constant(0, x.dtype(), shape);
        Value all = batchFirst ? given.get().swap(0, 1) : given.get();
        Fit.same(all.shape(), Shape.of(w.dim(0), x.dim(1), Dim.of(hidden)));
        return Build.squeeze(all.slice(0, d, d + 1), List.of(0));
      }
    }
  }
}
