package recurve.io.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Op;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Type;
import recurve.onnx.proto.TensorProto;

/** Constants and ranges of an export: each is written once, outside all loops. */
final class Leaves {
  private final Block root;
  private final Block.Names names;
  private final List<TensorProto> constants;
  private final Extents extents;
  private final Map<Op, String> leaves = new HashMap<>(); // full constants and ranges, by value
  private final Map<Op.Constant, String> scalars = new HashMap<>();

  Leaves(Block root, Block.Names names, List<TensorProto> constants, Extents extents) {
    this.root = root;
    this.names = names;
    this.constants = constants;
    this.extents = extents;
  }

  /** The name of a constant as a scalar. */
  String scalar(Op.Constant c) {
    var key = new Op.Constant(c.value(), new Type(c.type().dtype(), Shape.SCALAR));
    return scalars.computeIfAbsent(
        key,
        k -> {
          String name = names.fresh("const");
          constants.add(Protos.tensor(name, Tensor.scalar(k.type().dtype(), k.value())));
          return name;
        });
  }

  /** The name of a tensor that is known now. */
  String constant(String base, Tensor tensor) {
    String name = names.fresh(base);
    constants.add(Protos.tensor(name, tensor));
    return name;
  }

  /** A constant in full: written once for all that need it, outside all loops. */
  String fill(Op.Constant c) {
    if (c.type().shape().rank() == 0) return scalar(c);
    String known = leaves.get(c);
    if (known != null) return known;
    String shape = extents.shape(c.type().shape());
    String name = root.add("Expand", List.of(scalar(c), shape));
    leaves.put(c, name);
    return name;
  }

  String range(Op.Range r) {
    String known = leaves.get(r);
    if (known != null) return known;
    Dim extent = r.type().shape().dim(r.axis());
    String name = cast(root, indices(extent), r.type().dtype());
    int rank = r.type().shape().rank();
    if (rank > 1) {
      var others = new ArrayList<Long>();
      for (long i = 0; i < rank; i++) if (i != r.axis()) others.add(i);
      name = root.add("Unsqueeze", List.of(name, extents.list(others)));
    }
    if (!r.type().shape().size().equals(extent)) {
      name = root.add("Expand", List.of(name, extents.shape(r.type().shape())));
    }
    leaves.put(r, name);
    return name;
  }

  /** 0, 1, ... along a loop. */
  String steps(Dim length) {
    return range(new Op.Range(0, new Type(DType.I32, Shape.of(length))));
  }

  /** 0, 1, ... as 64-bit integers. */
  private String indices(Dim extent) {
    String end = root.add("Squeeze", List.of(extents.dim(extent), extents.list(0L)));
    return root.add("Range", List.of(extents.scalar(0), end, extents.scalar(1)));
  }

  String zero(DType dtype) {
    return scalar(new Op.Constant(0, new Type(dtype, Shape.SCALAR)));
  }

  static String cast(Block block, String from, DType to) {
    return block.add("Cast", List.of(from), Protos.attribute("to", Protos.type(to).getNumber()));
  }
}
