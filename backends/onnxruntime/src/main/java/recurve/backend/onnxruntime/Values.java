package recurve.backend.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import recurve.io.onnx.OnnxException;
import recurve.ir.DType;
import recurve.ir.Tensor;

/** Our tensors as the runtime's, and back; integers of any width are ours of 32 bits. */
final class Values {
  private Values() {}

  static OnnxTensor tensor(OrtEnvironment environment, Tensor t, OnnxJavaType type)
      throws OrtException {
    long[] shape = Arrays.stream(t.dims()).asLongStream().toArray();
    return switch (type) {
      case FLOAT ->
          OnnxTensor.createTensor(environment, FloatBuffer.wrap(t.cast(DType.F32).floats()), shape);
      case DOUBLE ->
          OnnxTensor.createTensor(
              environment, DoubleBuffer.wrap(t.cast(DType.F64).doubles()), shape);
      case INT32 ->
          OnnxTensor.createTensor(environment, IntBuffer.wrap(t.cast(DType.I32).ints()), shape);
      case INT64 -> {
        int[] ints = t.cast(DType.I32).ints();
        LongBuffer longs = LongBuffer.wrap(Arrays.stream(ints).asLongStream().toArray());
        yield OnnxTensor.createTensor(environment, longs, shape);
      }
      case BOOL, INT8, UINT8 -> {
        ByteBuffer bytes = bytes(t.size());
        for (int i = 0; i < t.size(); i++) bytes.put(i, (byte) (int) t.at(i));
        yield OnnxTensor.createTensor(environment, bytes, shape, type);
      }
      case INT16, FLOAT16, BFLOAT16 -> {
        ShortBuffer shorts = bytes(2 * t.size()).asShortBuffer();
        for (int i = 0; i < t.size(); i++) shorts.put(i, bits(type, t.at(i)));
        yield OnnxTensor.createTensor(environment, shorts, shape, type);
      }
      case STRING, UNKNOWN -> throw new OnnxException("an input of " + type + " is not carried");
    };
  }

  private static ByteBuffer bytes(int n) {
    return ByteBuffer.allocateDirect(n).order(ByteOrder.nativeOrder());
  }

  private static short bits(OnnxJavaType type, double x) {
    return switch (type) {
      case FLOAT16 -> Float.floatToFloat16((float) x);
      case BFLOAT16 -> (short) (Float.floatToRawIntBits((float) x) >>> 16);
      default -> (short) x; // an integer
    };
  }

  static Tensor tensor(OnnxValue value) {
    if (!(value instanceof OnnxTensor t)) throw new OnnxException("an output is no tensor");
    TensorInfo info = t.getInfo();
    int[] dims = Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray();
    int n = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    return switch (info.type) {
      case FLOAT, FLOAT16, BFLOAT16 -> {
        var x = new float[n];
        if (n > 0) t.getFloatBuffer().get(x);
        yield Tensor.of(x, dims);
      }
      case DOUBLE -> {
        var x = new double[n];
        if (n > 0) t.getDoubleBuffer().get(x);
        yield Tensor.of(x, dims);
      }
      case INT32 -> {
        var x = new int[n];
        if (n > 0) t.getIntBuffer().get(x);
        yield Tensor.of(x, dims);
      }
      case INT64 -> {
        var x = new long[n];
        if (n > 0) t.getLongBuffer().get(x);
        yield Tensor.of(Arrays.stream(x).mapToInt(Math::toIntExact).toArray(), dims);
      }
      case INT16 -> {
        var x = new short[n];
        if (n > 0) t.getShortBuffer().get(x);
        int[] ints = new int[n];
        for (int i = 0; i < n; i++) ints[i] = x[i];
        yield Tensor.of(ints, dims);
      }
      case INT8, UINT8 -> {
        var x = new byte[n];
        if (n > 0) t.getByteBuffer().get(x);
        int[] ints = new int[n];
        for (int i = 0; i < n; i++) ints[i] = info.type == OnnxJavaType.INT8 ? x[i] : x[i] & 0xFF;
        yield Tensor.of(ints, dims);
      }
      case BOOL -> {
        var x = new byte[n];
        if (n > 0) t.getByteBuffer().get(x);
        boolean[] truths = new boolean[n];
        for (int i = 0; i < n; i++) truths[i] = x[i] != 0;
        yield Tensor.of(truths, dims);
      }
      case STRING, UNKNOWN ->
          throw new OnnxException("an output of " + info.type + " is not carried");
    };
  }
}
