/**
 * Runs graphs in ONNX Runtime, as the files that they are exported to.
 *
 * <p>Exports nothing: backend and runner are found as services under the name {@code onnxruntime}.
 */
module recurve.backend.onnxruntime {
  requires com.microsoft.onnxruntime;
  requires recurve.core;
  requires recurve.io;
  requires static org.jspecify;

  provides recurve.backend.Backend with
      recurve.backend.onnxruntime.OnnxRuntimeBackend;
  provides recurve.io.onnx.OnnxRunner with
      recurve.backend.onnxruntime.OnnxRuntimeRunner;
}
