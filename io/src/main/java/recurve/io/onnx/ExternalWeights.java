package recurve.io.onnx;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import recurve.io.checkpoint.AtomicFiles;
import recurve.onnx.proto.ModelProto;
import recurve.onnx.proto.StringStringEntryProto;
import recurve.onnx.proto.TensorProto;

/** Weights in a file beside the model's, each at a multiple of a page, so that it can be mapped. */
final class ExternalWeights {
  private static final int PAGE = 4096;
  private static final int SMALLEST = 1024; // smaller ones stay: shapes have to be known

  private ExternalWeights() {}

  /** How many bytes the weights of a model take. */
  static long size(ModelProto model) {
    long size = 0;
    for (TensorProto t : model.getGraph().getInitializerList()) size += t.getRawData().size();
    return size;
  }

  /** Writes the weights first: a model that is there has its weights. */
  static void write(ModelProto model, Path file) {
    String name = Objects.requireNonNull(file.getFileName(), "a file has a name") + ".data";
    var result = model.toBuilder();
    var apart = new ArrayList<ByteString>();
    long offset = 0;
    for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
      TensorProto t = model.getGraph().getInitializer(i);
      int length = t.getRawData().size();
      if (length < SMALLEST) continue;
      apart.add(t.getRawData());
      var moved =
          t.toBuilder()
              .clearRawData()
              .setDataLocation(TensorProto.DataLocation.EXTERNAL)
              .addExternalData(entry("location", name))
              .addExternalData(entry("offset", Long.toString(offset)))
              .addExternalData(entry("length", Long.toString(length)));
      result.getGraphBuilder().setInitializer(i, moved);
      offset += length + padding(length);
    }
    AtomicFiles.write(
        file.resolveSibling(name),
        out -> {
          for (ByteString bytes : apart) {
            write(out, bytes.asReadOnlyByteBuffer());
            write(out, ByteBuffer.allocate(padding(bytes.size())));
          }
        });
    AtomicFiles.write(file, result.build().toByteArray());
  }

  private static int padding(int length) {
    return (PAGE - length % PAGE) % PAGE;
  }

  private static void write(java.nio.channels.WritableByteChannel out, ByteBuffer bytes)
      throws java.io.IOException {
    while (bytes.hasRemaining()) out.write(bytes);
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
