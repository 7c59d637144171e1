package recurve.bench.peers;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Tokens a second of ONNX Runtime on an exported language model, as {@code recurve bench generate}
 * and {@code score} run it: words and states in, probabilities and states out.
 *
 * <p>{@code OnnxRuntime MODEL.onnx generate|score THREADS SECONDS}, in {@link Turns}. The
 * probabilities have their place beforehand, and states stay native: nothing is copied but the
 * words, and what generation reads.
 */
public final class OnnxRuntime {
  private static final String WORDS = "ids";
  private static final String NEXT = "log_probabilities";

  private OnnxRuntime() {}

  /** Runs one configuration. */
  public static void main(String[] args) throws OrtException {
    boolean generate = args[1].equals("generate");
    int steps = generate ? 1 : 40, rows = generate ? 1 : 32, threads = Integer.parseInt(args[2]);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      try (OrtSession session = environment.createSession(args[0], options)) {
        run(environment, session, steps, rows, new Turns(args[1], Double.parseDouble(args[3])));
      }
    }
  }

  private static void run(
      OrtEnvironment environment, OrtSession session, int steps, int rows, Turns turns)
      throws OrtException {
    ByteBuffer ids = direct(4 * steps * rows);
    for (int i = 0; i < steps * rows; i++) ids.putInt(4 * i, i);
    int words = words(session);
    FloatBuffer next = direct(4 * steps * rows * words).asFloatBuffer();
    float[] read = new float[words];
    try (OnnxTensor in =
            OnnxTensor.createTensor(
                environment, ids, new long[] {steps, rows}, OnnxJavaType.INT32);
        OnnxTensor out =
            OnnxTensor.createTensor(environment, next, new long[] {steps, rows, words})) {
      Map<String, OnnxTensor> states = zeros(environment, session, rows);
      Set<String> wanted = new java.util.LinkedHashSet<>();
      states.keySet().forEach(s -> wanted.add(s + "'"));
      do {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>(states);
        inputs.put(WORDS, in);
        // the result is not closed as a whole: its states are the inputs of the next run
        OrtSession.Result result = session.run(inputs, wanted, Map.of(NEXT, out));
        if (rows == 1) next.get(0, read);
        for (Map.Entry<String, OnnxValue> e : result) {
          if (!wanted.contains(e.getKey())) continue;
          String state = e.getKey().substring(0, e.getKey().length() - 1);
          states.put(state, (OnnxTensor) e.getValue()).close();
        }
      } while (turns.step((long) steps * rows));
      states.values().forEach(OnnxTensor::close);
    }
    if (!Float.isFinite(next.get(0))) throw new IllegalStateException("no number");
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private static int words(OrtSession session) throws OrtException {
    long[] shape = ((TensorInfo) session.getOutputInfo().get(NEXT).getInfo()).getShape();
    return Math.toIntExact(shape[shape.length - 1]);
  }

  private static Map<String, OnnxTensor> zeros(
      OrtEnvironment environment, OrtSession session, int rows) throws OrtException {
    Map<String, OnnxTensor> states = new LinkedHashMap<>();
    for (Map.Entry<String, NodeInfo> e : session.getInputInfo().entrySet()) {
      if (e.getKey().equals(WORDS)) continue;
      long[] shape = ((TensorInfo) e.getValue().getInfo()).getShape().clone();
      shape[0] = rows; // [rows, units]
      int size = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
      FloatBuffer zeros = direct(4 * size).asFloatBuffer();
      states.put(e.getKey(), OnnxTensor.createTensor(environment, zeros, shape));
    }
    return states;
  }
}
