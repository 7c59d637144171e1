package recurve.io.onnx;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import recurve.ir.DType;
import recurve.ir.Dim;
import recurve.ir.Shape;
import recurve.ir.Tensor;
import recurve.ir.Type;
import recurve.onnx.proto.AttributeProto;
import recurve.onnx.proto.AttributeProto.AttributeType;
import recurve.onnx.proto.GraphProto;
import recurve.onnx.proto.TensorProto;
import recurve.onnx.proto.TensorShapeProto;
import recurve.onnx.proto.TypeProto;
import recurve.onnx.proto.ValueInfoProto;

/** Our types, tensors and attributes as ONNX's messages. */
final class Protos {
  private Protos() {}

  static TensorProto.DataType type(DType dtype) {
    return switch (dtype) {
      case F32 -> TensorProto.DataType.FLOAT;
      case F64 -> TensorProto.DataType.DOUBLE;
      case I32 -> TensorProto.DataType.INT32;
      case BOOL -> TensorProto.DataType.BOOL;
    };
  }

  /** A value's type with every extent: numbers as such, the others by their text. */
  static ValueInfoProto info(String name, Type type) {
    var shape = TensorShapeProto.newBuilder();
    for (Dim d : type.shape().dims()) {
      var dim = TensorShapeProto.Dimension.newBuilder();
      if (d.isNumber()) {
        dim.setDimValue(d.number());
      } else {
        dim.setDimParam(d.toString());
      }
      shape.addDim(dim);
    }
    var tensor = TypeProto.Tensor.newBuilder();
    tensor.setElemType(type(type.dtype()).getNumber()).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  static TensorProto tensor(String name, Tensor t) {
    int n = t.size();
    int width =
        switch (t.dtype()) {
          case F64 -> 8;
          case F32, I32 -> 4;
          case BOOL -> 1;
        };
    var bytes = ByteBuffer.allocate(Math.multiplyExact(n, width)).order(ByteOrder.LITTLE_ENDIAN);
    switch (t.dtype()) {
      case F32 -> bytes.asFloatBuffer().put(t.floats());
      case F64 -> bytes.asDoubleBuffer().put(t.doubles());
      case I32 -> bytes.asIntBuffer().put(t.ints());
      case BOOL -> {
        for (int i = 0; i < n; i++) bytes.put(i, (byte) (t.booleans()[i] ? 1 : 0));
      }
    }
    var proto = TensorProto.newBuilder().setName(name).setDataType(type(t.dtype()).getNumber());
    for (int d : t.dims()) proto.addDims(d);
    return proto.setRawData(ByteString.copyFrom(bytes)).build();
  }

  /** A list of 64-bit integers, as shapes and axes are in ONNX; a scalar where {@code scalar}. */
  static TensorProto longs(String name, List<Long> values, boolean scalar) {
    var bytes = ByteBuffer.allocate(8 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (long v : values) bytes.putLong(v);
    var proto =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .setRawData(ByteString.copyFrom(bytes.flip()));
    return scalar ? proto.build() : proto.addDims(values.size()).build();
  }

  static AttributeProto attribute(String name, long value) {
    return attribute(name, AttributeType.INT).setI(value).build();
  }

  static AttributeProto attribute(String name, String value) {
    ByteString bytes = ByteString.copyFrom(value, StandardCharsets.UTF_8);
    return attribute(name, AttributeType.STRING).setS(bytes).build();
  }

  static AttributeProto attribute(String name, List<Long> values) {
    return attribute(name, AttributeType.INTS).addAllInts(values).build();
  }

  static AttributeProto strings(String name, List<String> values) {
    var attribute = attribute(name, AttributeType.STRINGS);
    for (String v : values) attribute.addStrings(ByteString.copyFrom(v, StandardCharsets.UTF_8));
    return attribute.build();
  }

  static AttributeProto attribute(String name, GraphProto graph) {
    return attribute(name, AttributeType.GRAPH).setG(graph).build();
  }

  private static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  /** The extents as numbers; the caller knows that they are. */
  static List<Long> numbers(Shape shape) {
    return shape.dims().stream().map(Dim::number).toList();
  }
}
