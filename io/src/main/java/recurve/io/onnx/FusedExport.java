package recurve.io.onnx;

import java.util.ArrayList;
import java.util.List;
import recurve.backend.CompileOptions;
import recurve.backend.Reference;
import recurve.ir.DType;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;

/** Loops as LSTM, GRU or RNN. */
final class FusedExport {
  private final Exporter out;
  private final Extents extents;
  private final Leaves leaves;

  FusedExport(Exporter out) {
    this.out = out;
    this.extents = out.extents();
    this.leaves = out.leaves();
  }

  /**
   * The loop as LSTM, GRU or RNN, whose results have an axis of directions.
   *
   * <pre>
   *   X [T,B,I]  W [1,gH,I]  R [1,gH,H]  B [1,2gH]  lengths [B]  first h, c [1,B,H]  P [1,3H]
   *   Y [T,1,B,H]  last h, c [1,B,H]
   * </pre>
   */
  void fused(Block block, Node n, Op.Scan s, Recurrence r) {
    var inputs = new ArrayList<String>();
    inputs.add(out.name(block, r.x()));
    inputs.add(weight(block, "W", r.w()));
    inputs.add(weight(block, "R", r.r()));
    inputs.add(weight(block, "B", r.b()));
    inputs.add(s.lengths() ? out.name(block, n.inputs().getLast()) : "");
    for (Value v : r.first()) inputs.add(isZero(v) ? "" : leading(block, v));
    r.p().ifPresent(p -> inputs.add(weight(block, "P", p)));
    while (inputs.getLast().isEmpty()) inputs.removeLast();
    List<Value> ys = n.outputs().subList(s.carries(), n.outputs().size());
    var raw = new ArrayList<String>();
    raw.add(ys.isEmpty() ? "" : block.fresh("Y"));
    for (int i = 0; i < r.first().size(); i++) raw.add(block.fresh(i == 0 ? "Y_h" : "Y_c"));
    var attributes = new ArrayList<AttributeProto>();
    attributes.add(Protos.attribute("hidden_size", r.hidden()));
    if (s.reverse()) attributes.add(Protos.attribute("direction", "reverse"));
    if (!r.activations().isEmpty()) {
      attributes.add(Protos.strings("activations", r.activations()));
    }
    if (r.linearBeforeReset()) attributes.add(Protos.attribute("linear_before_reset", 1));
    block.add(r.operator(), inputs, raw, attributes.toArray(AttributeProto[]::new));
    for (Value y : ys) squeeze(block, raw.get(0), 1, y);
    for (int i = 0; i < r.first().size(); i++) {
      Value last = n.outputs().get(r.carries().get(i));
      if (s.lengths() && !isZero(r.first().get(i))) {
        last(block, n, raw.get(i + 1), r.first().get(i), last);
      } else {
        squeeze(block, raw.get(i + 1), 0, last);
      }
    }
  }

  /** What a row of no steps ends with is not settled by ONNX, and zero in practice: not ours. */
  private void last(Block block, Node n, String raw, Value first, Value last) {
    String lengths = out.name(block, n.inputs().getLast());
    String none = leaves.zero(DType.I32);
    String some = block.add("Less", List.of(none, lengths));
    String rows = block.add("Unsqueeze", List.of(some, extents.list(1L)));
    String ended = block.add("Squeeze", List.of(raw, extents.list(0L)));
    List<String> choice = List.of(rows, ended, out.name(block, first));
    block.add("Where", choice, List.of(out.define(block, last, "last")));
  }

  private void squeeze(Block block, String from, long axis, Value to) {
    List<String> inputs = List.of(from, extents.list(axis));
    block.add("Squeeze", inputs, List.of(out.define(block, to, "loop")));
  }

  private String leading(Block block, Value v) {
    return block.add("Unsqueeze", List.of(out.name(block, v), extents.list(0L)));
  }

  private static boolean isZero(Value v) {
    return v.op() instanceof Op.Constant c && c.value() == 0;
  }

  /**
   * A weight put together from the cell's: now, where all of those are known; else in the graph.
   */
  private String weight(Block block, String base, Value v) {
    List<Node> nodes = Graph.nodes(List.of(v));
    List<Value> inputs =
        nodes.stream().filter(n -> n.op() instanceof Op.Input).map(Node::output).toList();
    boolean known = out.isRoot(block) && inputs.stream().allMatch(i -> out.isWeight(i));
    if (!known) {
      out.nodes(block, List.of(v));
      return out.name(block, v);
    }
    var graph = new Graph(inputs, List.of(v), List.of(base));
    try (var fold = new Reference().compile(graph, CompileOptions.threads(1))) {
      for (Value i : inputs) fold.write(Graph.nameOf(i), out.weight(Graph.nameOf(i)));
      fold.run();
      return leaves.constant(base, fold.read(base));
    }
  }
}
