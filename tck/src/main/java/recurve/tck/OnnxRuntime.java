package recurve.tck;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import recurve.ir.Tensor;

/** A runtime that knows nothing of us: what an exported graph gives there must be what we give. */
public final class OnnxRuntime {
  private OnnxRuntime() {}

  /** The outputs of a model by name; arguments that it does not take are passed over. */
  public static Map<String, Tensor> run(byte[] model, Map<String, Tensor> args) {
    return run(model, new Tensors(args)).byName();
  }

  static Tensors run(byte[] model, Tensors args) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(model, options)) {
        Set<String> taken = session.getInputNames();
        for (String name : taken) feeds.put(name, tensor(environment, args.get(name)));
        try (OrtSession.Result result = session.run(feeds)) {
          var results = new LinkedHashMap<String, Tensor>();
          for (var e : result) results.put(e.getKey(), tensor((OnnxTensor) e.getValue()));
          return new Tensors(results);
        }
      }
    } catch (OrtException e) {
      throw new AssertionError("ONNX Runtime refuses the exported graph: " + e.getMessage(), e);
    } finally {
      feeds.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, Tensor t) throws OrtException {
    long[] shape = Arrays.stream(t.dims()).asLongStream().toArray();
    return switch (t.dtype()) {
      case F32 -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(t.floats()), shape);
      case F64 -> OnnxTensor.createTensor(environment, DoubleBuffer.wrap(t.doubles()), shape);
      case I32 -> OnnxTensor.createTensor(environment, IntBuffer.wrap(t.ints()), shape);
      case BOOL -> {
        var bytes = ByteBuffer.allocateDirect(t.size());
        for (int i = 0; i < t.size(); i++) bytes.put(i, (byte) (t.booleans()[i] ? 1 : 0));
        yield OnnxTensor.createTensor(environment, bytes, shape, OnnxJavaType.BOOL);
      }
    };
  }

  private static Tensor tensor(OnnxTensor t) {
    TensorInfo info = t.getInfo();
    int[] dims = Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray();
    int n = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    return switch (info.type) {
      case FLOAT -> {
        var x = new float[n];
        t.getFloatBuffer().get(x);
        yield Tensor.of(x, dims);
      }
      case DOUBLE -> {
        var x = new double[n];
        t.getDoubleBuffer().get(x);
        yield Tensor.of(x, dims);
      }
      case INT32 -> {
        var x = new int[n];
        t.getIntBuffer().get(x);
        yield Tensor.of(x, dims);
      }
      case BOOL -> {
        var x = new boolean[n];
        ByteBuffer bytes = t.getByteBuffer();
        for (int i = 0; i < n; i++) x[i] = bytes.get(i) != 0;
        yield Tensor.of(x, dims);
      }
      default -> throw new AssertionError("an output of " + info.type); // none of our types
    };
  }
}
