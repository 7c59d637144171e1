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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Tokens a second of ONNX Runtime on an exported language model, as {@code recurve bench generate}
 * and {@code score} run it: words and states in, probabilities and states out.
 *
 * <p>{@code OnnxRuntime MODEL.onnx generate|score THREADS WARM_UP SECONDS} prints {@code
 * onnxruntime CONFIG tokens_per_s median min max} over windows of a second. The probabilities have
 * their place beforehand, and states stay native: nothing is copied but the words, and what
 * generation reads.
 */
public final class OnnxRuntime {
  private static final double WINDOW = 1;
  private static final String WORDS = "ids";
  private static final String NEXT = "log_probabilities";

  private OnnxRuntime() {}

  /** Runs one configuration. */
  public static void main(String[] args) throws OrtException {
    boolean generate = args[1].equals("generate");
    int steps = generate ? 1 : 40, rows = generate ? 1 : 32, threads = Integer.parseInt(args[2]);
    double warmUp = Double.parseDouble(args[3]), seconds = Double.parseDouble(args[4]);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      try (OrtSession session = environment.createSession(args[0], options)) {
        double[] rates = run(environment, session, steps, rows, warmUp, seconds);
        System.out.printf(
            Locale.ROOT,
            "onnxruntime %s tokens_per_s %.0f %.0f %.0f threads %d%n",
            args[1],
            rates[rates.length / 2],
            rates[0],
            rates[rates.length - 1],
            threads);
      }
    }
  }

  /** Windows' rates, the slowest first. */
  private static double[] run(
      OrtEnvironment environment,
      OrtSession session,
      int steps,
      int rows,
      double warmUp,
      double seconds)
      throws OrtException {
    ByteBuffer ids = direct(4 * steps * rows);
    for (int i = 0; i < steps * rows; i++) ids.putInt(4 * i, i);
    int words = words(session);
    FloatBuffer next = direct(4 * steps * rows * words).asFloatBuffer();
    float[] read = new float[words];
    List<Double> windows = new ArrayList<>();
    try (OnnxTensor in =
            OnnxTensor.createTensor(
                environment, ids, new long[] {steps, rows}, OnnxJavaType.INT32);
        OnnxTensor out =
            OnnxTensor.createTensor(environment, next, new long[] {steps, rows, words})) {
      Map<String, OnnxTensor> states = zeros(environment, session, rows);
      Set<String> wanted = new java.util.LinkedHashSet<>();
      states.keySet().forEach(s -> wanted.add(s + "'"));
      long start = System.nanoTime(), since = start, tokens = 0;
      while (windows.isEmpty() || System.nanoTime() - start < (warmUp + seconds) * 1e9) {
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
        tokens += (long) steps * rows;
        long now = System.nanoTime();
        double window = (now - since) / 1e9;
        if (window < WINDOW) continue;
        if ((since - start) / 1e9 >= warmUp) windows.add(tokens / window);
        since = now;
        tokens = 0;
      }
      states.values().forEach(OnnxTensor::close);
    }
    if (!Float.isFinite(next.get(0))) throw new IllegalStateException("no number");
    return windows.stream().mapToDouble(d -> d).sorted().toArray();
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
