package recurve.transform;

import static recurve.ir.Ops.sigmoid;
import static recurve.ir.Ops.tanh;

import java.util.List;
import recurve.ir.Value;

/** Cells as equations on the graph. */
enum Cells implements Net.Cell {
  ELMAN(1) {
    @Override
    public List<Value> step(Net m, String n, Value x, List<Value> s, long units) {
      return List.of(tanh(m.affine(n, x, s.get(0), units)));
    }
  },
  LSTM(2) {
    @Override
    public List<Value> step(Net m, String n, Value x, List<Value> s, long units) {
      Value h = s.get(0), c = s.get(1);
      Value i = sigmoid(m.affine(n + "/i", x, h, units));
      Value f = sigmoid(m.affine(n + "/f", x, h, units).plus(1)); // forget bias
      Value g = tanh(m.affine(n + "/g", x, h, units));
      Value o = sigmoid(m.affine(n + "/o", x, h, units));
      Value cNext = f.times(c).plus(i.times(g));
      return List.of(o.times(tanh(cNext)), cNext);
    }
  },
  /** The same, with the gates in one product and told apart by position. */
  SLICED_LSTM(2) {
    @Override
    public List<Value> step(Net m, String n, Value x, List<Value> s, long units) {
      Value h = s.get(0), c = s.get(1);
      Value z = m.affine(n, x, h, 4 * units);
      Value i = sigmoid(z.slice(1, 0, units)), f = sigmoid(z.slice(1, units, 2 * units));
      Value g = tanh(z.slice(1, 2 * units, 3 * units));
      Value o = sigmoid(z.slice(1, 3 * units, 4 * units));
      Value cNext = f.times(c).plus(i.times(g));
      return List.of(o.times(tanh(cNext)), cNext);
    }
  },
  PEEPHOLE_LSTM(2) {
    @Override
    public List<Value> step(Net m, String n, Value x, List<Value> s, long units) {
      Value h = s.get(0), c = s.get(1);
      Value i = sigmoid(m.affine(n + "/i", x, h, units).plus(m.param(n + "/pi", units).times(c)));
      Value f = sigmoid(m.affine(n + "/f", x, h, units).plus(m.param(n + "/pf", units).times(c)));
      Value g = tanh(m.affine(n + "/g", x, h, units));
      Value cNext = f.times(c).plus(i.times(g));
      Value peep = m.param(n + "/po", units).times(cNext);
      Value o = sigmoid(m.affine(n + "/o", x, h, units).plus(peep));
      return List.of(o.times(tanh(cNext)), cNext);
    }
  },
  /** Reset before the product. */
  GRU(1) {
    @Override
    public List<Value> step(Net m, String n, Value x, List<Value> s, long units) {
      Value h = s.get(0);
      Value r = sigmoid(m.affine(n + "/r", x, h, units));
      Value z = sigmoid(m.affine(n + "/z", x, h, units));
      Value c = tanh(m.affine(n + "/n", x, r.times(h), units));
      return List.of(z.times(h).plus(z.oneMinus().times(c)));
    }
  },
  /** Reset after the product. */
  GRU_AFTER(1) {
    @Override
    public List<Value> step(Net m, String n, Value x, List<Value> s, long units) {
      Value h = s.get(0);
      Value r = sigmoid(m.affine(n + "/r", x, h, units));
      Value z = sigmoid(m.affine(n + "/z", x, h, units));
      Value past = m.linear(n + "/nU", h, units).plus(m.bias(n + "/nU", units));
      Value now = m.linear(n + "/nW", x, units).plus(m.bias(n + "/nW", units));
      Value c = tanh(now.plus(r.times(past)));
      return List.of(z.times(h).plus(z.oneMinus().times(c)));
    }
  },
  MGU(1) {
    @Override
    public List<Value> step(Net m, String n, Value x, List<Value> s, long units) {
      Value h = s.get(0);
      Value f = sigmoid(m.affine(n + "/f", x, h, units));
      Value c = tanh(m.affine(n + "/h", x, f.times(h), units));
      return List.of(f.oneMinus().times(h).plus(f.times(c)));
    }
  },
  /** A recurrent highway of depth three. */
  RHN(1) {
    @Override
    public List<Value> step(Net m, String n, Value x, List<Value> states, long units) {
      Value s = states.get(0);
      for (int depth = 0; depth < 3; depth++) {
        String at = n + "/" + depth;
        Value h = m.linear(at + "/hU", s, units).plus(m.bias(at + "/h", units));
        Value t = m.linear(at + "/tU", s, units).plus(m.bias(at + "/t", units));
        if (depth == 0) {
          h = h.plus(m.linear(n + "/hW", x, units));
          t = t.plus(m.linear(n + "/tW", x, units));
        }
        Value gate = sigmoid(t);
        s = tanh(h).times(gate).plus(s.times(gate.oneMinus()));
      }
      return List.of(s);
    }
  };

  private final int states;

  Cells(int states) {
    this.states = states;
  }

  @Override
  public int states() {
    return states;
  }
}
