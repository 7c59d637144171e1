package recurve.bench.peers;

import static org.bytedeco.pytorch.global.torch.bmm;
import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.cross_entropy;
import static org.bytedeco.pytorch.global.torch.randint;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.stack;
import static org.bytedeco.pytorch.global.torch.zeros;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import java.util.function.Supplier;
import org.bytedeco.pytorch.EmbeddingImpl;
import org.bytedeco.pytorch.GRUCellImpl;
import org.bytedeco.pytorch.GRUImpl;
import org.bytedeco.pytorch.GRUOptions;
import org.bytedeco.pytorch.LSTMImpl;
import org.bytedeco.pytorch.LSTMOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LinearOptions;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorT_TensorTensor_T_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The networks that {@code recurve bench} trains, in libtorch's own layers where it has them. */
final class Network {
  private static final long WORDS = 10_000, BATCH = 20, LAYERS = 2;

  private final TensorVector parameters = new TensorVector();
  private final int tokens;
  private Supplier<Tensor> loss = () -> zeros(1);

  private Network(long tokens) {
    this.tokens = Math.toIntExact(tokens);
  }

  static Network of(String config) {
    return switch (config) {
      case "small" -> lstm(200, 20);
      case "medium" -> lstm(650, 35);
      case "large" -> lstm(1500, 35);
      case "gru" -> gru(650, 35);
      case "peephole" -> peephole(650, 35);
      case "rhn" -> highway(650, 35);
      case "tagger" -> tagger();
      case "seq2seq" -> translation();
      default -> throw new IllegalArgumentException("no configuration '" + config + "'");
    };
  }

  TensorVector parameters() {
    return parameters;
  }

  int tokens() {
    return tokens;
  }

  Tensor loss() {
    return loss.get();
  }

  private <M extends Module> M own(M module) {
    TensorVector all = module.parameters();
    for (long i = 0; i < all.size(); i++) parameters.push_back(all.get(i));
    return module;
  }

  private static Tensor ids(long below, long... shape) {
    return randint(below, shape).to(ScalarType.Long);
  }

  /** An encoder of [T, B, H] to the same, that keeps its states from call to call. */
  private interface Encoder {
    Tensor apply(Tensor x);
  }

  private interface Maker {
    Encoder make(Network network);
  }

  private static Network language(long units, long steps, Maker maker) {
    var n = new Network(steps * BATCH);
    EmbeddingImpl embedding = n.own(new EmbeddingImpl(WORDS, units));
    LinearImpl output = n.own(new LinearImpl(units, WORDS));
    Encoder encoder = maker.make(n);
    Tensor x = ids(WORDS, steps, BATCH), y = ids(WORDS, steps * BATCH);
    n.loss =
        () -> {
          Tensor h = encoder.apply(embedding.forward(x));
          return cross_entropy(output.forward(h).view(-1, WORDS), y);
        };
    return n;
  }

  private static Network lstm(long units, long steps) {
    return language(
        units,
        steps,
        n -> {
          var options = new LSTMOptions(units, units);
          options.num_layers().put(LAYERS);
          LSTMImpl rnn = n.own(new LSTMImpl(options));
          Tensor h = zeros(LAYERS, BATCH, units), c = zeros(LAYERS, BATCH, units);
          return x -> {
            T_TensorT_TensorTensor_T_T r =
                rnn.forward(x, new T_TensorTensor_T(h.clone(), c.clone()));
            h.copy_(r.get1().get0().detach());
            c.copy_(r.get1().get1().detach());
            return r.get0();
          };
        });
  }

  private static Network gru(long units, long steps) {
    return language(
        units,
        steps,
        n -> {
          var options = new GRUOptions(units, units);
          options.num_layers().put(LAYERS);
          GRUImpl rnn = n.own(new GRUImpl(options));
          Tensor h = zeros(LAYERS, BATCH, units);
          return x -> {
            T_TensorTensor_T r = rnn.forward(x, h.clone());
            h.copy_(r.get1().detach());
            return r.get0();
          };
        });
  }

  private LinearImpl linear(long in, long out, boolean bias) {
    var options = new LinearOptions(in, out);
    options.bias().put(bias);
    return own(new LinearImpl(options));
  }

  /** A cell of one's own, step by step; the products with x are taken before the loop. */
  private static Network peephole(long units, long steps) {
    return language(
        units,
        steps,
        n -> {
          Encoder all = x -> x;
          for (int layer = 0; layer < LAYERS; layer++) {
            Encoder below = all, own = n.peepholeLayer(units, steps);
            all = x -> own.apply(below.apply(x));
          }
          return all;
        });
  }

  private Encoder peepholeLayer(long units, long steps) {
    LinearImpl input = linear(units, 4 * units, true);
    LinearImpl recurrent = linear(units, 4 * units, false);
    Tensor pi = vector(units), pf = vector(units), po = vector(units);
    Tensor h0 = zeros(BATCH, units), c0 = zeros(BATCH, units);
    return x -> {
      Tensor xs = input.forward(x), h = h0.clone(), c = c0.clone();
      var outputs = new TensorVector();
      for (long t = 0; t < steps; t++) {
        TensorVector gates = xs.select(0, t).add(recurrent.forward(h)).chunk(4, 1);
        Tensor i = gates.get(0).add(pi.mul(c)).sigmoid();
        Tensor f = gates.get(1).add(pf.mul(c)).sigmoid();
        c = f.mul(c).add(i.mul(gates.get(2).tanh()));
        Tensor o = gates.get(3).add(po.mul(c)).sigmoid();
        h = o.mul(c.tanh());
        outputs.push_back(h);
      }
      h0.copy_(h.detach());
      c0.copy_(c.detach());
      return stack(outputs);
    };
  }

  private Tensor vector(long units) {
    Tensor v = randn(units).mul(new Scalar(0.05f)).set_requires_grad(true);
    parameters.push_back(v);
    return v;
  }

  private static Network highway(long units, long steps) {
    return language(
        units,
        steps,
        n -> {
          Encoder all = x -> x;
          for (int layer = 0; layer < LAYERS; layer++) {
            Encoder below = all, own = n.highwayLayer(units, steps);
            all = x -> own.apply(below.apply(x));
          }
          return all;
        });
  }

  private Encoder highwayLayer(long units, long steps) {
    LinearImpl input = linear(units, 2 * units, true);
    LinearImpl first = linear(units, 2 * units, false), second = linear(units, 2 * units, true);
    Tensor h0 = zeros(BATCH, units);
    return x -> {
      Tensor xs = input.forward(x), h = h0.clone();
      var outputs = new TensorVector();
      for (long t = 0; t < steps; t++) {
        h = highway(xs.select(0, t).add(first.forward(h)), h);
        h = highway(second.forward(h), h);
        outputs.push_back(h);
      }
      h0.copy_(h.detach());
      return stack(outputs);
    };
  }

  /** {@code h + t (g - h)}. */
  private static Tensor highway(Tensor both, Tensor h) {
    TensorVector parts = both.chunk(2, 1);
    return h.add(parts.get(1).sigmoid().mul(parts.get(0).tanh().sub(h)));
  }

  private static Network tagger() {
    long words = 20_000, tags = 50, units = 256, embedding = 100, batch = 32, steps = 40;
    var n = new Network(batch * steps);
    EmbeddingImpl table = n.own(new EmbeddingImpl(words, embedding));
    var options = new LSTMOptions(embedding, units);
    options.bidirectional().put(true);
    LSTMImpl rnn = n.own(new LSTMImpl(options));
    LinearImpl output = n.own(new LinearImpl(2 * units, tags));
    Tensor x = ids(words, steps, batch), y = ids(tags, steps * batch);
    n.loss =
        () -> {
          Tensor h = rnn.forward(table.forward(x)).get0();
          return cross_entropy(output.forward(h).reshape(-1, tags), y);
        };
    return n;
  }

  private static Network translation() {
    long words = 8000, units = 256, batch = 32, steps = 20;
    var n = new Network(batch * steps);
    EmbeddingImpl from = n.own(new EmbeddingImpl(words, units));
    EmbeddingImpl to = n.own(new EmbeddingImpl(words, units));
    var options = new GRUOptions(units, units);
    options.bidirectional().put(true);
    GRUImpl encoder = n.own(new GRUImpl(options));
    LinearImpl keys = n.linear(2 * units, units, false);
    LinearImpl start = n.linear(2 * units, units, true);
    GRUCellImpl cell = n.own(new GRUCellImpl(2 * units, units));
    LinearImpl attend = n.linear(3 * units, units, true);
    LinearImpl output = n.linear(units, words, true);
    Tensor x = ids(words, steps, batch), before = ids(words, steps, batch);
    Tensor y = ids(words, steps * batch);
    n.loss =
        () -> {
          T_TensorTensor_T encoded = encoder.forward(from.forward(x));
          Tensor memory = encoded.get0().transpose(0, 1).contiguous(); // [B, S, 2H]
          Tensor k = keys.forward(memory), last = encoded.get1();
          Tensor both = cat(new TensorVector(last.select(0, 0), last.select(0, 1)), 1);
          Tensor h = start.forward(both).tanh(), a = zeros_like(h);
          Tensor e = to.forward(before);
          var outputs = new TensorVector();
          for (long t = 0; t < steps; t++) {
            h = cell.forward(cat(new TensorVector(e.select(0, t), a), 1), h);
            Tensor w = bmm(k, h.unsqueeze(2)).squeeze(2).softmax(1); // [B, S]
            Tensor context = bmm(w.unsqueeze(1), memory).squeeze(1); // [B, 2H]
            a = attend.forward(cat(new TensorVector(context, h), 1)).tanh();
            outputs.push_back(a);
          }
          return cross_entropy(output.forward(stack(outputs)).reshape(-1, words), y);
        };
    return n;
  }
}
