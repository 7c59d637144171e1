package recurve.io.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongBinaryOperator;
import recurve.ir.Tensor;
import recurve.onnx.proto.TensorProto;

/** ONNX's tensors as ours, from any of the fields that may hold their elements. */
public final class TensorFile {
  private static final int MOST = Integer.MAX_VALUE - 8;

  private TensorFile() {}

  /**
   * A tensor as it stands in a file of its own: the {@code input_0.pb} of ONNX's test cases.
   *
   * @throws OnnxException if the bytes are no such tensor, or it is of a type that we cannot carry
   */
  public static Tensor read(byte[] bytes) {
    TensorProto proto = parse(bytes);
    return tensor(proto, type(proto), External.NONE);
  }

  /**
   * A tensor of a type that the reader knows: old files hold 16-bit floats as if they were whole
   * numbers.
   *
   * @throws OnnxException if the bytes are no tensor of that type
   */
  public static Tensor read(byte[] bytes, ElementType declared) {
    TensorProto proto = parse(bytes);
    ElementType own = type(proto);
    boolean bits = own == ElementType.UINT16 && declared.isFloat() && declared.bits() == 16;
    ElementType type = bits ? declared : own;
    if (type.carrier() != declared.carrier()) {
      throw new OnnxException(label(proto) + " is of " + own + ", not " + declared);
    }
    return tensor(proto, type, External.NONE);
  }

  private static TensorProto parse(byte[] bytes) {
    try {
      return TensorProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxException("no tensor of ONNX: " + e.getMessage());
    }
  }

  static ElementType type(TensorProto proto) {
    return ElementType.of(proto.getDataType())
        .orElseThrow(
            () ->
                new OnnxException(
                    label(proto)
                        + " has elements of type number "
                        + proto.getDataType()
                        + " (strings are 8), which has no place in our graphs"));
  }

  /** The elements in the carrier of their type. */
  static Tensor tensor(TensorProto proto, ElementType type, External external) {
    int[] dims = dims(proto);
    int n = count(proto, dims);
    ByteString raw = proto.getRawData();
    if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      raw = external.read(proto, ((long) n * type.bits() + 7) / 8);
    }
    // before anything is allocated: as many elements as the file has bytes for
    if (!raw.isEmpty()) return fromRaw(proto, type, raw, n, dims);
    return fromFields(proto, type, n, dims);
  }

  /** The same tensor with its bytes, where they stand in another file. */
  static TensorProto whole(TensorProto proto, External external) {
    if (proto.getDataLocation() != TensorProto.DataLocation.EXTERNAL) return proto;
    long bytes = ((long) count(proto, dims(proto)) * type(proto).bits() + 7) / 8;
    ByteString raw = external.read(proto, bytes);
    return proto.toBuilder().clearExternalData().clearDataLocation().setRawData(raw).build();
  }

  private static int[] dims(TensorProto proto) {
    var dims = new int[proto.getDimsCount()];
    if (dims.length > 64) throw new OnnxException(label(proto) + " has " + dims.length + " axes");
    for (int i = 0; i < dims.length; i++) {
      long d = proto.getDims(i);
      if (d < 0 || d > MOST) throw new OnnxException(label(proto) + " has an extent of " + d);
      dims[i] = (int) d;
    }
    return dims;
  }

  private static int count(TensorProto proto, int[] dims) {
    long count = 1;
    for (int d : dims) {
      count = d == 0 ? 0 : count * d; // each below 2^31, and so is what came before
      if (count > MOST) throw new OnnxException(label(proto) + " has " + count + " elements");
    }
    return (int) count;
  }

  private static Tensor fromRaw(
      TensorProto proto, ElementType type, ByteString raw, int n, int[] dims) {
    long bytes = ((long) n * type.bits() + 7) / 8;
    if (raw.size() != bytes) {
      throw new OnnxException(
          label(proto) + " holds " + raw.size() + " bytes; its extents ask for " + bytes);
    }
    ByteBuffer buffer = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case FLOAT -> {
        var x = new float[n];
        buffer.asFloatBuffer().get(x);
        yield Tensor.of(x, dims);
      }
      case DOUBLE -> {
        var x = new double[n];
        buffer.asDoubleBuffer().get(x);
        yield Tensor.of(x, dims);
      }
      default -> // the others element by element, by their bits
          elements(proto, type, n, dims, (i, width) -> bits(buffer, (int) i, (int) width));
    };
  }

  private static long bits(ByteBuffer buffer, int i, int width) {
    return switch (width) {
      case 64 -> buffer.getLong(8 * i);
      case 32 -> buffer.getInt(4 * i);
      case 16 -> buffer.getShort(2 * i);
      case 8 -> buffer.get(i);
      default -> { // packed, the first element in the lowest bits
        int each = 8 / width;
        yield buffer.get(i / each) >> i % each * width;
      }
    };
  }

  private static Tensor fromFields(TensorProto proto, ElementType type, int n, int[] dims) {
    return switch (type) {
      case FLOAT -> {
        need(proto, proto.getFloatDataCount(), n);
        var x = new float[n];
        for (int i = 0; i < n; i++) x[i] = proto.getFloatData(i);
        yield Tensor.of(x, dims);
      }
      case DOUBLE -> {
        need(proto, proto.getDoubleDataCount(), n);
        var x = new double[n];
        for (int i = 0; i < n; i++) x[i] = proto.getDoubleData(i);
        yield Tensor.of(x, dims);
      }
      case INT64 -> {
        need(proto, proto.getInt64DataCount(), n);
        yield elements(proto, type, n, dims, (i, width) -> proto.getInt64Data((int) i));
      }
      case UINT32, UINT64 -> {
        need(proto, proto.getUint64DataCount(), n);
        yield elements(proto, type, n, dims, (i, width) -> proto.getUint64Data((int) i));
      }
      default -> { // all smaller ones share a field, those below 8 bits packed
        int each = Math.max(1, 8 / type.bits());
        need(proto, proto.getInt32DataCount(), (n + each - 1) / each);
        yield elements(
            proto,
            type,
            n,
            dims,
            (i, width) ->
                proto.getInt32Data((int) i / each) >> (int) (each == 1 ? 0 : i % each * width));
      }
    };
  }

  private static void need(TensorProto proto, int found, int expected) {
    if (found == expected) return;
    throw new OnnxException(
        label(proto) + " holds " + found + " elements; its extents ask for " + expected);
  }

  /** Elements by their bits: {@code (index, width) -> bits}, of which the lowest count. */
  private static Tensor elements(
      TensorProto proto, ElementType type, int n, int[] dims, LongBinaryOperator bits) {
    Tensor t = Tensor.zeros(type.carrier(), dims);
    for (int i = 0; i < n; i++) {
      long b = bits.applyAsLong(i, type.bits());
      switch (t.dtype()) {
        case BOOL -> t.booleans()[i] = b != 0;
        case F32 -> t.floats()[i] = Floats.of(type, (int) b);
        case I32 -> t.ints()[i] = integer(proto, type, b);
        case F64 -> throw new IllegalStateException("doubles are read at once");
      }
    }
    return t;
  }

  private static int integer(TensorProto proto, ElementType type, long bits) {
    int unused = 64 - type.bits();
    long x = type.isSigned() ? bits << unused >> unused : bits << unused >>> unused;
    if (x == Long.MAX_VALUE) return Integer.MAX_VALUE; // "to the end", as exporters write it
    if (x == Long.MIN_VALUE || x == -Long.MAX_VALUE) return Integer.MIN_VALUE;
    if (x == (int) x) return (int) x;
    throw new OnnxException(
        label(proto) + " holds " + Long.toUnsignedString(x) + ", which no 32-bit integer is");
  }

  /** The integers themselves, which need not fit our 32 bits: extents, ends of slices. */
  static long[] longs(TensorProto proto, ElementType type) {
    if (type != ElementType.INT64) {
      Tensor t = tensor(proto, type, External.NONE);
      var x = new long[t.size()];
      for (int i = 0; i < x.length; i++) x[i] = (long) t.at(i);
      return x;
    }
    int[] dims = dims(proto);
    int n = count(proto, dims);
    ByteString raw = proto.getRawData();
    if (raw.isEmpty()) {
      need(proto, proto.getInt64DataCount(), n);
      return proto.getInt64DataList().stream().mapToLong(Long::longValue).toArray();
    }
    if (raw.size() != 8L * n) {
      throw new OnnxException(
          label(proto) + " holds " + raw.size() + " bytes; its extents ask for " + 8L * n);
    }
    var x = new long[n];
    raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(x);
    return x;
  }

  private static String label(TensorProto proto) {
    return proto.getName().isEmpty() ? "a tensor" : "tensor '" + proto.getName() + "'";
  }
}
