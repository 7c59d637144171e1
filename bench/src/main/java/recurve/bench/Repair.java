package recurve.bench;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import recurve.onnx.proto.ModelProto;

/**
 * Bytes as a message of ONNX that is at least well-formed: a length that goes too far ends where
 * its message does, what is no field is left out, and texts are UTF-8.
 */
final class Repair {
  private static final int DEEPEST = 150; // more than any reader takes

  private Repair() {}

  static byte[] of(byte[] bytes) {
    try {
      return message(bytes, ModelProto.getDescriptor(), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing here reads or writes a file
    }
  }

  private static byte[] message(byte[] bytes, Descriptor type, int depth) throws IOException {
    var all = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(all);
    int at = 0;
    while (at < bytes.length) {
      CodedInputStream in = CodedInputStream.newInstance(bytes, at, bytes.length - at);
      try {
        field(in, out, bytes, at, type, depth);
        at += Math.max(1, in.getTotalBytesRead());
      } catch (IOException e) {
        at++; // no field begins here; one may a byte further
      }
    }
    out.flush();
    return all.toByteArray();
  }

  private static void field(
      CodedInputStream in, CodedOutputStream out, byte[] bytes, int at, Descriptor type, int depth)
      throws IOException {
    int number = WireFormat.getTagFieldNumber(in.readTag());
    int kind = WireFormat.getTagWireType(in.getLastTag());
    switch (kind) {
      case WireFormat.WIRETYPE_VARINT -> out.writeUInt64(number, in.readUInt64());
      case WireFormat.WIRETYPE_FIXED64 -> out.writeFixed64(number, in.readFixed64());
      case WireFormat.WIRETYPE_FIXED32 -> out.writeFixed32(number, in.readFixed32());
      case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
        long asked = Integer.toUnsignedLong(in.readRawVarint32());
        int from = at + in.getTotalBytesRead();
        int length = (int) Math.min(asked, bytes.length - from);
        byte[] content = Arrays.copyOfRange(bytes, from, from + length);
        in.skipRawBytes(length);
        out.writeByteArray(number, content(content, type.findFieldByNumber(number), depth));
      }
      default -> throw new IOException("a group, or no kind of field");
    }
  }

  private static byte[] content(
      byte[] content, @org.jspecify.annotations.Nullable FieldDescriptor field, int depth)
      throws IOException {
    if (field == null || depth == DEEPEST) return content;
    return switch (field.getJavaType()) {
      case MESSAGE -> message(content, field.getMessageType(), depth + 1);
      case STRING -> new String(content, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
      case INT, LONG, FLOAT, DOUBLE, BOOLEAN, BYTE_STRING, ENUM -> content;
    };
  }
}
