package recurve.io.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Type;
import recurve.ir.Value;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.TypeProto;
import recurve.onnx.proto.ValueInfoProto;

/** Loops that may end early as ONNX's Loop: what it stacks is as long as it was turned. */
final class EndingExport {
  private final Exporter out;
  private final Extents extents;
  private final Leaves leaves;
  private final Map<Value, Dim> turns = new HashMap<>();

  EndingExport(Exporter out) {
    this.out = out;
    this.extents = out.extents();
    this.leaves = out.leaves();
  }

  /** The type of an output of the graph; how often such a loop turns has a symbol of its own. */
  Type type(Value output) {
    Dim own = turns.get(output);
    if (own == null) return out.settled(output.type());
    var dims = new ArrayList<>(output.shape().dims());
    dims.set(0, own);
    return out.settled(new Type(output.dtype(), new Shape(dims)));
  }

  /**
   * Writes one loop.
   *
   * <pre>
   *   Loop(most turns, true, carry)      body: (turn, go on, carry) -> (go on', carry', ys)
   *   go on' = the least of the truths, as numbers, is below 1
   * </pre>
   */
  void write(Block block, Node n, Op.Scan s, Ending ending) {
    Graph body = s.body();
    Block inner = block.inner();
    var proto = GraphProto.newBuilder().setName(block.fresh("body"));
    String turn = inner.fresh("turn"), before = inner.fresh("go_on");
    proto.addInput(number(turn)).addInput(truth(before));
    var arguments = new ArrayList<String>();
    arguments.add(extents.dim(s.length()));
    arguments.add(leaves.scalar(new Op.Constant(1, new Type(DType.BOOL, Shape.SCALAR))));
    for (int i = 0; i < body.inputs().size(); i++) {
      Value own = body.inputs().get(i);
      if (i < s.consts()) {
        inner.alias(own, new Block.Alias(block, n.input(i)));
      } else if (i < s.consts() + s.carries()) {
        arguments.add(out.name(block, n.input(i)));
        String name = inner.fresh("state");
        inner.name(own, name);
        proto.addInput(Protos.info(name, out.settled(own.type())));
      } else {
        inner.name(own, Leaves.cast(inner, turn, DType.I32));
      }
    }
    var results = new ArrayList<Value>(body.outputs().subList(0, s.carries()));
    for (int y : ending.ys()) results.add(body.outputs().get(s.carries() + y));
    var ends = new ArrayList<String>();
    for (Value v : results) {
      out.nodes(inner, List.of(v));
      String end = out.name(inner, v);
      if (!inner.makes(end) || ends.contains(end)) end = inner.add("Identity", List.of(end));
      ends.add(end);
    }
    String after = goesOn(inner, ends.get(ending.carry()));
    proto.addOutput(truth(after));
    for (int i = 0; i < results.size(); i++) {
      proto.addOutput(Protos.info(ends.get(i), out.settled(results.get(i).type())));
    }
    ends.add(after);
    inner.prune(ends);
    inner.infos.removeIf(i -> ends.contains(i.getName()));
    proto.addAllNode(inner.nodes).addAllValueInfo(inner.infos);
    block.add(
        "Loop", arguments, outputs(block, n, s, ending), Protos.attribute("body", proto.build()));
  }

  private String goesOn(Block inner, String truths) {
    String numbers = Leaves.cast(inner, truths, DType.I32);
    String least = inner.add("ReduceMin", List.of(numbers), Protos.attribute("keepdims", 0));
    String one = leaves.scalar(new Op.Constant(1, new Type(DType.I32, Shape.SCALAR)));
    return inner.add("Less", List.of(least, one));
  }

  private List<String> outputs(Block block, Node n, Op.Scan s, Ending ending) {
    var names = new ArrayList<String>();
    for (Value v : n.outputs().subList(0, s.carries())) names.add(out.define(block, v, "loop"));
    Dim symbol = Dim.symbol("turns." + (turns.size() + 1));
    for (int y : ending.ys()) {
      Value v = n.outputs().get(s.carries() + y);
      turns.put(v, symbol);
      names.add(out.define(block, v, "loop"));
    }
    return names;
  }

  private static ValueInfoProto truth(String name) {
    return Protos.info(name, new Type(DType.BOOL, Shape.SCALAR));
  }

  /** A whole number of 64 bits. */
  private static ValueInfoProto number(String name) {
    ValueInfoProto info = Protos.info(name, new Type(DType.I32, Shape.SCALAR));
    TypeProto.Tensor type = info.getType().getTensorType();
    int wide = TensorProto.DataType.INT64.getNumber();
    return info.toBuilder()
        .setType(TypeProto.newBuilder().setTensorType(type.toBuilder().setElemType(wide)))
        .build();
  }
}
