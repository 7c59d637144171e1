package recurve.transform;

import java.util.List;
import java.util.Optional;
import recurve.ir.Dim;
import recurve.ir.Loop;
import recurve.ir.Ops;
import recurve.ir.Shape;
import recurve.ir.Value;

/** Networks whose loops are not just a cell's. Each yields its loss. */
final class Networks {
  private static final Dim T = Net.T, B = Net.B, S = Net.S;

  private Networks() {}

  /** An encoder, and a decoder that attends to it and is fed what it attended to. */
  static Value attention(Net net) {
    Value source = net.rnn("encoder", Cells.GRU, net.param("source", S, B, Dim.of(3)), 4);
    Value keys = source.swap(0, 1); // [B, S, 4]
    Value target = net.param("target", 7, 3).gather(GradientTest.ids(net));
    Value zero = Ops.constant(0, net.dtype, Shape.of(B, Dim.of(4)));
    Loop.Result r =
        Loop.of(T)
            .run(
                List.of(zero, zero),
                List.of(target),
                (k, in) -> {
                  Value x = Ops.concat(1, List.of(in.get(0), k.get(1)));
                  Value h = Cells.GRU.step(net, "decoder", x, k.subList(0, 1), 4).get(0);
                  Value scores = keys.matmul(h.unsqueeze(2)).squeeze(2); // [B, S]
                  Value weights = Ops.softmax(scores, -1).unsqueeze(1); // [B, 1, S]
                  Value context = weights.matmul(keys).squeeze(1); // [B, 4]
                  Value y = Ops.tanh(net.linear("mix", Ops.concat(1, List.of(h, context)), 5));
                  return new Loop.Trip(List.of(h, context), List.of(y));
                });
    Value scores = net.linear("out", r.ys().get(0), 7);
    return Ops.crossEntropy(scores, GradientTest.ids(net)).total();
  }

  /** A loop over units of depth within the loop over time, with a weight captured from outside. */
  static Value nested(Net net, Optional<Value> lengths) {
    Value x = net.param("x", T, B, Dim.of(4));
    Value deep = net.param("deep", 3, 4, 4);
    Value h0 = net.param("h0", B, Dim.of(4));
    Loop.Result r =
        new Loop(T, false, lengths)
            .run(
                List.of(h0),
                List.of(x),
                (k, in) -> {
                  Loop.Result inner =
                      Loop.of(Dim.of(3))
                          .run(
                              List.of(k.get(0)),
                              List.of(deep),
                              (s, w) -> {
                                Value z = net.affine("inner", in.get(0), s.get(0), 4);
                                Value next = Ops.tanh(z.plus(s.get(0).matmul(w.get(0))));
                                return new Loop.Trip(List.of(next), List.of(next.square()));
                              });
                  Value h = inner.carry().get(0);
                  Value y = h.plus(inner.ys().get(0).sum(0).squeeze(0));
                  return new Loop.Trip(List.of(h), List.of(y));
                });
    return net.loss(r.ys().get(0)).plus(net.loss(r.carry().get(0)));
  }

  /**
   * Constants used in every way: joined, cut, transposed and repeated inside the step, as a table,
   * as a coefficient and as a product's left side.
   */
  static Value captures(Net net) {
    Value x = net.param("x", T, B, Dim.of(4));
    Value w = net.param("w", 4, 3), v = net.param("v", 2, 4), row = net.param("row", 4);
    Value start = net.param("start", B, Dim.of(2)), table = net.param("table", 7, 4);
    Value ids = GradientTest.ids(net);
    Loop.Result r =
        Loop.of(T)
            .run(
                List.of(net.param("h0", B, Dim.of(4))),
                List.of(x, ids),
                (k, in) -> {
                  Value h = k.get(0);
                  Value a = h.matmul(Ops.concat(1, List.of(w, Ops.tanh(w))).slice(1, 1, 5));
                  Value b = Ops.concat(1, List.of(start, h.slice(1, 0, 2))).matmul(w);
                  Value c = in.get(0).matmul(v.t()).matmul(v);
                  Value d = table.gather(in.get(1)).times(row).over(row.square().plus(1));
                  Value e = start.t().matmul(b).sum(0).pad(1, Dim.ONE, Dim.ZERO);
                  Value next =
                      Ops.tanh(a.plus(c).plus(d).plus(e).plus(b.pad(1, Dim.ZERO, Dim.ONE)));
                  return new Loop.Trip(List.of(next), List.of(next, row.expand(next.shape())));
                });
    return net.loss(r.ys().get(0)).plus(net.loss(r.ys().get(1)));
  }

  /**
   * A cell whose output is projected twice within the step, through a tanh, and whose state is also
   * read by a second output.
   */
  static Value projected(Net net, Optional<Value> lengths) {
    Value x = net.param("x", T, B, Dim.of(4));
    Value h0 = net.param("h0", B, Dim.of(4));
    Loop.Result r =
        new Loop(T, false, lengths)
            .run(
                List.of(h0),
                List.of(x),
                (k, in) -> {
                  Value h = Cells.GRU_AFTER.step(net, "c", in.get(0), k, 4).get(0);
                  Value y = Ops.tanh(net.linear("p", h, 3).plus(net.bias("p", 3)));
                  Value z = Ops.sigmoid(net.linear("q", y, 2).plus(h.slice(1, 0, 2)));
                  return new Loop.Trip(List.of(h), List.of(y, z, in.get(0)));
                });
    Value seen = r.ys().get(2).sum(2).squeeze(2);
    return net.loss(r.ys().get(0)).plus(net.loss(r.ys().get(1))).plus(net.loss(seen));
  }
}
