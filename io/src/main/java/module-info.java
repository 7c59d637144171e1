/**
 * Files: model folders, text, ONNX.
 *
 * <p>Knows graphs and tensors, and nothing of cells, tasks or backends.
 */
module recurve.io {
  requires com.google.protobuf;
  requires static org.jspecify;
  requires transitive recurve.core;
  requires recurve.onnx.proto;
  requires tools.jackson.core;
  requires tools.jackson.databind;
  requires tools.jackson.dataformat.yaml;

  exports recurve.io;
  exports recurve.io.checkpoint;
  exports recurve.io.onnx;
  exports recurve.io.text;
}
