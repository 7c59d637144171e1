/** The messages of the ONNX format, generated from its schema. */
module recurve.onnx.proto {
  requires transitive com.google.protobuf;

  exports recurve.onnx.proto;
}
