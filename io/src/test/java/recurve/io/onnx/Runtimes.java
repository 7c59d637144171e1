package recurve.io.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import recurve.backend.CompileOptions;
import recurve.backend.Executable;
import recurve.backend.Reference;
import recurve.ir.Dim;
import recurve.ir.Graph;
import recurve.ir.Tensor;
import recurve.ir.Value;

/** Runs one graph in ONNX Runtime and in the reference interpreter. */
final class Runtimes {
  private Runtimes() {}

  /** Each result within 1e-5 of the reference's, for one binding of the symbols. */
  static void compare(
      Graph graph, Map<String, Tensor> weights, OnnxOptions options, Map<String, Tensor> inputs) {
    OnnxExport export = OnnxExport.of(graph, weights, Map.of(), options);
    compare(graph, weights, export, List.of(inputs));
  }

  /** Each result within 1e-5 of the reference's, one model for all bindings. */
  static void compare(
      Graph graph,
      Map<String, Tensor> weights,
      OnnxExport export,
      List<Map<String, Tensor>> cases) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions();
        var run = new Reference().compile(graph, CompileOptions.threads(1))) {
      options.setIntraOpNumThreads(1);
      weights.forEach(run::write);
      try (OrtSession session = environment.createSession(export.bytes(), options)) {
        for (var inputs : cases) {
          inputs.forEach(run::write);
          run.run();
          compare(graph, run, run(environment, session, inputs));
        }
      }
    } catch (OrtException e) {
      throw new AssertionError("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  private static void compare(Graph graph, Executable reference, Map<String, Tensor> actual) {
    assertEquals(Set.copyOf(graph.names()), actual.keySet());
    for (String name : graph.names()) {
      Tensor e = reference.read(name);
      Tensor a = actual.get(name);
      assertEquals(e.dtype(), a.dtype(), name);
      assertArrayEquals(e.dims(), a.dims(), name);
      for (int i = 0; i < e.size(); i++) {
        double tolerance = e.dtype().isFloat() ? 1e-5 * Math.max(1, Math.abs(e.at(i))) : 0;
        if (Math.abs(e.at(i) - a.at(i)) <= tolerance) continue; // NaN goes on to fail
        assertEquals(e.at(i), a.at(i), tolerance, name + "[" + i + "]");
      }
    }
  }

  /** The outputs of a file; whole numbers go in and come out as the file has them. */
  static Map<String, Tensor> run(byte[] model, Map<String, Tensor> inputs) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(model, options)) {
        return run(environment, session, inputs);
      }
    } catch (OrtException e) {
      throw new AssertionError("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  /** What we read a file as gives what ONNX Runtime gives for the file. */
  static void compare(byte[] model, ImportOptions options, Map<String, Tensor> inputs) {
    compare(OnnxImport.of(model, options), model, inputs);
  }

  /** The same; inputs that were fixed in reading are no inputs of ours. */
  static void compare(OnnxImport read, byte[] model, Map<String, Tensor> inputs) {
    Map<String, Tensor> theirs = run(model, inputs);
    try (var run = new Reference().compile(read.graph(), CompileOptions.threads(1))) {
      read.weights().forEach(run::write);
      for (String name : read.inputs().keySet()) {
        run.write(name, Objects.requireNonNull(inputs.get(name), name));
      }
      run.run();
      compare(read.graph(), run, theirs);
    }
  }

  private static Map<String, Tensor> run(
      OrtEnvironment environment, OrtSession session, Map<String, Tensor> inputs)
      throws OrtException {
    var feeds = new LinkedHashMap<String, OnnxTensor>();
    try {
      for (var input : inputs.entrySet()) {
        var info = session.getInputInfo().get(input.getKey());
        boolean wide =
            info != null && info.getInfo() instanceof TensorInfo t && t.type == OnnxJavaType.INT64;
        Tensor value = input.getValue();
        feeds.put(input.getKey(), wide ? wide(environment, value) : tensor(environment, value));
      }
      try (OrtSession.Result result = session.run(feeds)) {
        var results = new LinkedHashMap<String, Tensor>();
        for (var entry : result) results.put(entry.getKey(), tensor((OnnxTensor) entry.getValue()));
        return results;
      }
    } finally {
      feeds.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor wide(OrtEnvironment environment, Tensor t) throws OrtException {
    long[] shape = Arrays.stream(t.dims()).asLongStream().toArray();
    LongBuffer longs = LongBuffer.wrap(Arrays.stream(t.ints()).asLongStream().toArray());
    return OnnxTensor.createTensor(environment, longs, shape);
  }

  private static OnnxTensor tensor(OrtEnvironment environment, Tensor t) throws OrtException {
    long[] shape = Arrays.stream(t.dims()).asLongStream().toArray();
    return switch (t.dtype()) {
      case F32 -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(t.floats()), shape);
      case F64 -> OnnxTensor.createTensor(environment, DoubleBuffer.wrap(t.doubles()), shape);
      case I32 -> OnnxTensor.createTensor(environment, IntBuffer.wrap(t.ints()), shape);
      case BOOL -> {
        var bytes = ByteBuffer.allocateDirect(t.size()).order(ByteOrder.nativeOrder());
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
      case INT64 -> {
        var x = new long[n];
        t.getLongBuffer().get(x);
        yield Tensor.of(Arrays.stream(x).mapToInt(Math::toIntExact).toArray(), dims);
      }
      case UINT8, INT8 -> {
        var x = new int[n];
        ByteBuffer bytes = t.getByteBuffer();
        for (int i = 0; i < n; i++)
          x[i] = info.type == OnnxJavaType.INT8 ? bytes.get(i) : bytes.get(i) & 0xFF;
        yield Tensor.of(x, dims);
      }
      case BOOL -> {
        var x = new boolean[n];
        ByteBuffer bytes = t.getByteBuffer();
        for (int i = 0; i < n; i++) x[i] = bytes.get(i) != 0;
        yield Tensor.of(x, dims);
      }
      default -> throw new AssertionError("an output of " + info.type);
    };
  }

  /** Numbers for every input: floats in [-1, 1), integers in [0, 3). */
  static Map<String, Tensor> random(Graph graph, Map<String, Long> binding, Random random) {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (Value v : graph.inputs()) tensors.put(Graph.nameOf(v), random(v, binding, random));
    return tensors;
  }

  static Tensor random(Value v, Map<String, Long> binding, Random random) {
    int[] dims = v.shape().dims().stream().mapToInt((Dim d) -> (int) d.bind(binding)).toArray();
    Tensor t = Tensor.zeros(v.dtype(), dims);
    for (int i = 0; i < t.size(); i++) {
      switch (v.dtype()) {
        case F32 -> t.floats()[i] = 2 * random.nextFloat() - 1;
        case F64 -> t.doubles()[i] = 2 * random.nextDouble() - 1;
        case I32 -> t.ints()[i] = random.nextInt(3);
        case BOOL -> t.booleans()[i] = random.nextBoolean();
      }
    }
    return t;
  }

  /** Splits tensors: those whose name is a weight's, and the others. */
  static Map<String, Tensor> only(Map<String, Tensor> all, boolean weights) {
    var some = new LinkedHashMap<String, Tensor>();
    all.forEach(
        (name, t) -> {
          if (name.startsWith("w") == weights) some.put(name, t);
        });
    return some;
  }
}
