package recurve.io.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import recurve.ir.DType;
import recurve.ir.Tensor;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.NodeProto;
import recurve.onnx.proto.OperatorSetIdProto;
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.TensorShapeProto;
import recurve.onnx.proto.TypeProto;
import recurve.onnx.proto.ValueInfoProto;

/** Writes small models by hand, as others would. */
final class Models {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final int opset;

  private Models(int opset) {
    this.opset = opset;
  }

  static Models opset(int opset) {
    return new Models(opset);
  }

  /** A graph that is there already. */
  static Models of(GraphProto.Builder graph) {
    var models = new Models(17);
    models.graph.mergeFrom(graph.build());
    return models;
  }

  Models input(String name, DType dtype, Object... dims) {
    graph.addInput(info(name, Protos.type(dtype).getNumber(), dims));
    return this;
  }

  /** An input of 64-bit integers. */
  Models longs(String name, Object... dims) {
    graph.addInput(info(name, TensorProto.DataType.INT64.getNumber(), dims));
    return this;
  }

  static ValueInfoProto info(String name, int type, Object... dims) {
    var shape = TensorShapeProto.newBuilder();
    for (Object d : dims) {
      var dim = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(d instanceof String s ? dim.setDimParam(s) : dim.setDimValue((Integer) d));
    }
    var tensor = TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  Models weight(String name, Tensor t) {
    graph.addInitializer(Protos.tensor(name, t));
    return this;
  }

  Models ints(String name, Long... values) {
    graph.addInitializer(Protos.longs(name, List.of(values), false));
    return this;
  }

  Models scalar(String name, long value) {
    graph.addInitializer(Protos.longs(name, List.of(value), true));
    return this;
  }

  /** {@code "y z = Op a b"}: outputs, operator and arguments; a dash is one left out. */
  Models node(String line, AttributeProto... attributes) {
    graph.addNode(parse(line, attributes));
    return this;
  }

  static NodeProto parse(String line, AttributeProto... attributes) {
    String[] sides = line.split(" = ");
    List<String> words = Arrays.asList(sides[1].split(" "));
    String[] op = words.get(0).split(":");
    return NodeProto.newBuilder()
        .addAllOutput(names(Arrays.asList(sides[0].split(" "))))
        .setDomain(op.length == 2 ? op[0] : "")
        .setOpType(op[op.length - 1])
        .addAllInput(names(words.subList(1, words.size())))
        .addAllAttribute(List.of(attributes))
        .build();
  }

  private static List<String> names(List<String> words) {
    return words.stream().map(w -> w.equals("-") ? "" : w).toList();
  }

  Models output(String name, DType dtype, Object... dims) {
    graph.addOutput(info(name, Protos.type(dtype).getNumber(), dims));
    return this;
  }

  /** An output whose shape, and if need be type, the runtime finds. */
  Models output(String name, int type) {
    var tensor = TypeProto.Tensor.newBuilder().setElemType(type);
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(TypeProto.newBuilder().setTensorType(tensor)));
    return this;
  }

  GraphProto graph() {
    return graph.build();
  }

  ModelProto.Builder model() {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .setGraph(graph)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
  }

  byte[] bytes() {
    return model().build().toByteArray();
  }

  static AttributeProto attribute(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }

  static AttributeProto attribute(String name, List<Double> values) {
    var floats = new ArrayList<Float>();
    values.forEach(v -> floats.add(v.floatValue()));
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOATS)
        .addAllFloats(floats)
        .build();
  }
}
