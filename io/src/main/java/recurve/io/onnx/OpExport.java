package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Node;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Type;
import recurve.ir.Value;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.TensorProto;

/** Each operation's line in ONNX. */
final class OpExport {
  private final Exporter out;
  private final Extents extents;
  private final Leaves leaves;
  private final LoopExport loops;
  private final int opset;

  OpExport(Exporter out, LoopExport loops, OnnxOptions options) {
    this.out = out;
    this.extents = out.extents();
    this.leaves = out.leaves();
    this.loops = loops;
    this.opset = options.opset();
  }

  /** Writes one operation. */
  void node(Block block, Node n) {
    Optional<Softmax> softmax = Softmax.of(n);
    if (softmax.isPresent()) {
      AttributeProto axis = Protos.attribute("axis", softmax.get().axis());
      out.one(
          block, n, softmax.get().operator(), List.of(out.name(block, softmax.get().x())), axis);
      return;
    }
    switch (n.op()) {
      case Op.Input(String name, Type type) ->
          throw new OnnxException("input '" + name + "' is read but not listed");
      case Op.Constant c -> block.name(n.output(), leaves.fill(c));
      case Op.Range r -> block.name(n.output(), leaves.range(r));
      case Op.RandomUniform(int stream, Type type) ->
          throw new OnnxException(
              n + ": random numbers are for training; export a graph built for evaluation");
      case Op.Unary u -> unary(block, n, u);
      case Op.Cast(DType to) ->
          out.alias(block, n, Leaves.cast(block, out.name(block, n.input(0)), to));
      case Op.Binary b -> out.one(block, n, binary(b), out.broadcast(block, n.inputs()));
      case Op.Where() -> where(block, n);
      case Op.MatMul() -> out.one(block, n, "MatMul", out.names(block, n));
      case Op.ReduceSum(int axis) -> {
        String axes = extents.list((long) axis);
        out.one(block, n, "ReduceSum", List.of(out.name(block, n.input(0)), axes));
      }
      case Op.ReduceMax(int axis) -> reduceMax(block, n, axis);
      case Op.Reshape(Shape to) -> reshape(block, n, to);
      case Op.Transpose(List<Integer> permutation) -> {
        List<Long> perm = permutation.stream().map(Integer::longValue).toList();
        out.one(block, n, "Transpose", out.names(block, n), Protos.attribute("perm", perm));
      }
      case Op.Expand(Shape to) -> {
        String shape = extents.shape(to);
        out.one(block, n, "Expand", List.of(out.name(block, n.input(0)), shape));
      }
      case Op.Concat(int axis) ->
          out.one(block, n, "Concat", out.names(block, n), Protos.attribute("axis", axis));
      case Op.Slice(int axis, Dim from, Dim to) -> {
        List<String> ends = List.of(extents.dim(from), extents.dim(to), extents.list((long) axis));
        var inputs = new ArrayList<>(out.names(block, n));
        inputs.addAll(ends);
        out.one(block, n, "Slice", inputs);
      }
      case Op.Pad(int axis, Dim before, Dim after) -> {
        int rank = n.output().rank();
        var pads = new ArrayList<Dim>(Collections.nCopies(2 * rank, Dim.ZERO));
        pads.set(axis, before);
        pads.set(rank + axis, after);
        boolean numeric = before.isNumber() && after.isNumber();
        String list =
            numeric ? extents.list(pads.stream().map(Dim::number).toList()) : extents.concat(pads);
        out.one(block, n, "Pad", List.of(out.name(block, n.input(0)), list));
      }
      case Op.Gather() ->
          out.one(block, n, "Gather", out.names(block, n), Protos.attribute("axis", 0));
      case Op.ScatterND(Dim rows) -> scatter(block, n);
      case Op.Scan scan -> loops.loop(block, n, scan);
    }
  }

  private void unary(Block block, Node n, Op.Unary op) {
    String argument = out.name(block, n.input(0));
    switch (op) {
      case NEG -> out.one(block, n, "Neg", List.of(argument));
      case EXP -> out.one(block, n, "Exp", List.of(argument));
      case LOG -> out.one(block, n, "Log", List.of(argument));
      case SQRT -> out.one(block, n, "Sqrt", List.of(argument));
      case TANH -> out.one(block, n, "Tanh", List.of(argument));
      case SIGMOID -> out.one(block, n, "Sigmoid", List.of(argument));
      case STOP_GRADIENT -> out.alias(block, n, argument);
    }
  }

  private static String binary(Op.Binary op) {
    return switch (op) {
      case ADD -> "Add";
      case SUB -> "Sub";
      case MUL -> "Mul";
      case DIV -> "Div";
      case MAX -> "Max";
      case LESS -> "Less";
      case EQUAL -> "Equal";
    };
  }

  /** Axes of one put in or taken out, where that is all: no runtime has to compute a shape then. */
  private void reshape(Block block, Node n, Shape to) {
    String x = out.name(block, n.input(0));
    Shape from = n.input(0).shape();
    List<Long> more = ones(to, from), less = ones(from, to);
    if (!more.isEmpty()) {
      out.one(block, n, "Unsqueeze", List.of(x, extents.list(more)));
    } else if (!less.isEmpty()) {
      out.one(block, n, "Squeeze", List.of(x, extents.list(less)));
    } else {
      out.one(block, n, "Reshape", List.of(x, extents.target(to)));
    }
  }

  /** The axes of one by which the first shape has more than the second; none if it is not so. */
  private static List<Long> ones(Shape wide, Shape narrow) {
    var axes = new ArrayList<Long>();
    int next = 0;
    for (int i = 0; i < wide.rank(); i++) {
      if (next < narrow.rank() && wide.dim(i).equals(narrow.dim(next))) {
        next++;
      } else if (wide.dim(i).is(1)) {
        axes.add((long) i);
      } else {
        return List.of();
      }
    }
    return next == narrow.rank() ? axes : List.of();
  }

  private void where(Block block, Node n) {
    if (n.output().dtype() != DType.BOOL) {
      out.one(block, n, "Where", out.broadcast(block, n.inputs()));
      return;
    }
    Value condition = n.input(0), a = n.input(1), b = n.input(2);
    if (is(a, false) && is(b, true)) {
      out.one(block, n, "Not", List.of(out.name(block, condition)));
    } else if (is(b, false)) {
      out.one(block, n, "And", out.broadcast(block, List.of(condition, a)));
    } else if (is(a, true)) {
      out.one(block, n, "Or", out.broadcast(block, List.of(condition, b)));
    } else {
      List<String> in = out.broadcast(block, n.inputs());
      out.one(block, n, "Or", either(block, in.get(0), in.get(1), in.get(2)));
    }
  }

  private static boolean is(Value v, boolean truth) {
    return v.op() instanceof Op.Constant c && (c.value() != 0) == truth;
  }

  private void reduceMax(Block block, Node n, int axis) {
    String x = out.name(block, n.input(0));
    if (opset < 18) {
      out.one(block, n, "ReduceMax", List.of(x), Protos.attribute("axes", List.of((long) axis)));
    } else {
      out.one(block, n, "ReduceMax", List.of(x, extents.list((long) axis)));
    }
  }

  private void scatter(Block block, Node n) {
    Value ids = n.input(1);
    var zero = new Op.Constant(0, n.output().type());
    String rows = cast64(block, out.name(block, ids));
    String indices = block.add("Unsqueeze", List.of(rows, extents.list(-1L)));
    List<String> inputs = List.of(leaves.fill(zero), indices, out.name(block, n.input(0)));
    out.one(block, n, "ScatterND", inputs, Protos.attribute("reduction", "add"));
  }

  /** What Or makes a choice between truth values, for which runtimes have no Where. */
  static List<String> either(Block block, String condition, String a, String b) {
    String yes = block.add("And", List.of(condition, a));
    String not = block.add("Not", List.of(condition));
    return List.of(yes, block.add("And", List.of(not, b)));
  }

  private static String cast64(Block block, String from) {
    long to = TensorProto.DataType.INT64.getNumber();
    return block.add("Cast", List.of(from), Protos.attribute("to", to));
  }
}
