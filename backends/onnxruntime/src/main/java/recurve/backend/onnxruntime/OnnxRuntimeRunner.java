package recurve.backend.onnxruntime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import recurve.backend.Support;
import recurve.io.onnx.OnnxException;
import recurve.io.onnx.OnnxRunner;
import recurve.ir.Tensor;

/** Runs ONNX files on the processor. */
public final class OnnxRuntimeRunner implements OnnxRunner {
  /** For the service loader. */
  public OnnxRuntimeRunner() {}

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public Support support() {
    return found();
  }

  static Support found() {
    try {
      return new Support.Available("ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion());
    } catch (LinkageError | IllegalStateException e) {
      // its native library is unpacked when first used, which this machine may not allow
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      return new Support.Absent("its native library does not load: " + reason);
    }
  }

  @Override
  public Loaded load(byte[] model, int threads) {
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      // beyond it, nodes are fused into some that have no kernel for doubles, or compute in floats
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.BASIC_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      return new Session(OrtEnvironment.getEnvironment().createSession(model, options));
    } catch (OrtException e) {
      throw refused("does not load the file", e);
    }
  }

  private static OnnxException refused(String what, OrtException e) {
    String words = String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
    return new OnnxException("ONNX Runtime " + what + ": " + words);
  }

  /** A loaded file. */
  private static final class Session implements Loaded {
    private final OrtSession session;

    Session(OrtSession session) {
      this.session = session;
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      var feeds = new LinkedHashMap<String, OnnxTensor>();
      try {
        for (Map.Entry<String, NodeInfo> in : session.getInputInfo().entrySet()) {
          Tensor value = inputs.get(in.getKey());
          if (value == null) throw new OnnxException("input '" + in.getKey() + "' is not given");
          if (!(in.getValue().getInfo() instanceof TensorInfo info)) {
            throw new OnnxException("input '" + in.getKey() + "' is no tensor");
          }
          feeds.put(in.getKey(), Values.tensor(environment, value, info.type));
        }
        try (OrtSession.Result result = session.run(feeds)) {
          var results = new LinkedHashMap<String, Tensor>();
          for (Map.Entry<String, OnnxValue> e : result) {
            results.put(e.getKey(), Values.tensor(e.getValue()));
          }
          return results;
        }
      } catch (OrtException e) {
        throw refused("does not run the file", e);
      } finally {
        feeds.values().forEach(OnnxTensor::close);
      }
    }

    @Override
    public void close() {
      try {
        session.close();
      } catch (OrtException e) {
        throw refused("does not close the file", e);
      }
    }
  }
}
