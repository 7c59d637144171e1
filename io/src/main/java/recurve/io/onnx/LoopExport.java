package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import recurve.io.onnx.OnnxExport.LoopForm;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Type;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.ValueInfoProto;

/**
 * Loops in ONNX: as one operator where their equations are its, as Loop where they may end early,
 * else as Scan.
 */
final class LoopExport {
  private final Exporter out;
  private final Extents extents;
  private final Leaves leaves;
  private final FusedExport fused;
  private final EndingExport ending;
  private final Map<Node, Ending> endings;
  private final OnnxOptions options;
  private final List<LoopForm> loops = new ArrayList<>();

  LoopExport(Exporter out, Graph graph, OnnxOptions options) {
    this.out = out;
    this.extents = out.extents();
    this.leaves = out.leaves();
    this.fused = new FusedExport(out);
    this.ending = new EndingExport(out);
    this.endings = options.form() == OnnxOptions.Form.AUTO ? Ending.all(graph) : Map.of();
    this.options = options;
  }

  /** The type of an output of the graph. */
  Type type(Value output) {
    return ending.type(output);
  }

  /** How each loop was written so far. */
  List<LoopForm> forms() {
    return loops;
  }

  /** Writes one loop. */
  void loop(Block block, Node n, Op.Scan scan) {
    String label = "loop " + (loops.size() + 1) + place(n, scan);
    int at = loops.size();
    loops.add(new LoopForm(label, "Scan", "asked for"));
    Ending end = endings.get(n);
    if (end != null) {
      loops.set(at, new LoopForm(label, LoopForm.LOOP, "it ends with the last of its rows"));
      ending.write(block, n, scan, end);
      return;
    }
    if (options.form() != OnnxOptions.Form.SCAN) {
      Recurrence.Match match = Recurrence.of(n, scan);
      switch (match) {
        case Recurrence.Match.Fused(Recurrence r) when fits(r) -> {
          loops.set(at, new LoopForm(label, r.operator(), ""));
          fused.fused(block, n, scan, r);
          return;
        }
        case Recurrence.Match.Fused(Recurrence r) ->
            loops.set(at, scanning(label, "runtimes compute " + r.operator() + " in F32 only"));
        case Recurrence.Match.Unlike(String reason) -> loops.set(at, scanning(label, reason));
      }
    }
    scan(block, n, scan);
  }

  /** What the names of a loop's weights have in common: the layer that it is. */
  private static String place(Node n, Op.Scan scan) {
    Optional<String> common = Optional.empty();
    for (Value v : n.inputs().subList(0, scan.consts())) {
      while (v.op() instanceof Op.Expand || v.op() instanceof Op.Reshape) v = v.node().input(0);
      if (!(v.op() instanceof Op.Input(String name, Type type))) continue;
      common = Optional.of(common.isEmpty() ? name : prefix(common.get(), name));
    }
    String prefix = common.map(c -> c.substring(0, Math.max(0, c.lastIndexOf('.')))).orElse("");
    String source = n.origin().suffix().strip();
    if (!prefix.isEmpty()) return " (" + prefix + ")";
    return source.isEmpty() ? "" : " " + source;
  }

  private static String prefix(String a, String b) {
    int i = 0;
    while (i < Math.min(a.length(), b.length()) && a.charAt(i) == b.charAt(i)) i++;
    return a.substring(0, i);
  }

  private boolean fits(Recurrence r) {
    return r.first().get(0).dtype() == DType.F32 || options.form() == OnnxOptions.Form.FUSED;
  }

  private LoopForm scanning(String label, String reason) {
    if (options.form() == OnnxOptions.Form.FUSED) {
      throw new OnnxException(
          label + " is no LSTM, GRU or RNN of ONNX: " + reason + "; use the form auto or scan");
    }
    return new LoopForm(label, "Scan", reason);
  }

  /** The loop as a Scan; what it captures it reads by name from outside. */
  private void scan(Block block, Node n, Op.Scan s) {
    Graph body = s.body();
    Block inner = block.inner();
    var proto = GraphProto.newBuilder().setName(block.fresh("body"));
    var arguments = new ArrayList<String>();
    for (int i = 0; i < body.inputs().size(); i++) {
      Value own = body.inputs().get(i);
      if (i < s.consts()) {
        inner.alias(own, new Block.Alias(block, n.input(i)));
      } else {
        arguments.add(out.name(block, n.input(i)));
        String name = inner.fresh(i < s.consts() + s.carries() ? "state" : "x");
        inner.name(own, name);
        proto.addInput(Protos.info(name, out.settled(own.type())));
      }
    }
    int sequences = s.xs();
    String alive = "";
    if (s.lengths() || sequences == 0) { // ONNX has no Scan without a sequence
      String step = inner.fresh("x");
      arguments.add(leaves.steps(s.length()));
      proto.addInput(Protos.info(step, new Type(DType.I32, Shape.SCALAR)));
      sequences++;
      if (s.lengths()) {
        String lengths = out.name(block, n.inputs().getLast());
        alive = inner.add("Less", List.of(step, lengths));
        inner.infos.add(truth(alive, n.inputs().getLast().shape()));
      }
    }
    var ends = new ArrayList<String>();
    for (int i = 0; i < body.outputs().size(); i++) {
      Value v = body.outputs().get(i);
      String rows = alive.isEmpty() ? "" : rows(inner, alive, v);
      out.nodes(inner, List.of(v));
      String end = out.name(inner, v);
      if (!alive.isEmpty()) {
        boolean carry = i < s.carries();
        String dead =
            carry ? out.name(inner, body.inputs().get(s.consts() + i)) : leaves.zero(v.dtype());
        end = choose(inner, rows, v, end, dead);
      } else if (!inner.makes(end) || ends.contains(end)) {
        end = inner.add("Identity", List.of(end)); // an output needs a name of its own
      }
      ends.add(end);
      proto.addOutput(Protos.info(end, out.settled(v.type())));
    }
    inner.prune(ends);
    proto.addAllNode(inner.nodes).addAllValueInfo(intermediate(inner, ends));
    var attributes = new ArrayList<AttributeProto>();
    attributes.add(Protos.attribute("body", proto.build()));
    attributes.add(Protos.attribute("num_scan_inputs", sequences));
    if (s.reverse()) {
      attributes.add(Protos.attribute("scan_input_directions", ones(sequences)));
      attributes.add(Protos.attribute("scan_output_directions", ones(s.ys())));
    }
    List<String> results = n.outputs().stream().map(v -> out.define(block, v, "loop")).toList();
    block.add("Scan", arguments, results, attributes.toArray(AttributeProto[]::new));
  }

  private static List<ValueInfoProto> intermediate(Block inner, List<String> ends) {
    return inner.infos.stream().filter(i -> !ends.contains(i.getName())).toList();
  }

  private static List<Long> ones(int n) {
    return LongStream.range(0, n).map(i -> 1).boxed().toList();
  }

  /** Which rows still go on, with axes of one for the others of a value. */
  private String rows(Block inner, String alive, Value v) {
    if (v.rank() == 1) return alive;
    List<Long> axes = LongStream.range(1, v.rank()).boxed().toList();
    String rows = inner.add("Unsqueeze", List.of(alive, extents.list(axes)));
    var dims = new ArrayList<>(Collections.nCopies(v.rank(), Dim.ONE));
    dims.set(0, v.dim(0));
    inner.infos.add(truth(rows, new Shape(dims)));
    return rows;
  }

  private ValueInfoProto truth(String name, Shape shape) {
    return Protos.info(name, out.settled(new Type(DType.BOOL, shape)));
  }

  /** {@code yes} where the sequence still goes on, {@code no} where it has ended. */
  private static String choose(Block inner, String rows, Value v, String yes, String no) {
    if (v.dtype() != DType.BOOL) return inner.add("Where", List.of(rows, yes, no));
    return inner.add("Or", OpExport.either(inner, rows, yes, no));
  }
}
