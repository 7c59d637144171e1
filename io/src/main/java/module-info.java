/** Model folders, checkpoints, text and ONNX. */
module recurve.io {
  requires recurve.core;
}
