package recurve.io.onnx;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import recurve.onnx.proto.StringStringEntryProto;
import recurve.onnx.proto.TensorProto;

/**
 * Where the elements of tensors that stand outside of a model's file may be read from: one folder,
 * or nowhere.
 *
 * <p>A file names others freely, so nothing that it says is trusted: only regular files within the
 * folder, through no link, by the extents that the open file has (CVE-2022-25882, CVE-2024-27318,
 * CVE-2024-5187).
 */
final class External {
  static final External NONE = new External(Optional.empty());

  private static final Set<String> KEYS = Set.of("location", "offset", "length", "checksum");

  private final Optional<Path> folder;

  private External(Optional<Path> folder) {
    this.folder = folder;
  }

  static External in(Optional<Path> folder) {
    return new External(folder);
  }

  /** The bytes of a tensor. */
  ByteString read(TensorProto proto, long bytes) {
    String label = "tensor '" + proto.getName() + "'";
    if (folder.isEmpty()) {
      throw new OnnxException(
          label + " stands in another file; name the folder of that file to read it");
    }
    Map<String, String> entries = entries(proto, label);
    String location = entries.getOrDefault("location", "");
    long offset = number(entries, "offset", 0, label);
    long length = number(entries, "length", bytes, label);
    if (length != bytes) {
      throw new OnnxException(label + " takes " + length + " bytes; its extents ask for " + bytes);
    }
    Path file = within(folder.get(), location, label);
    // the last link of a chain is refused by the open, the others by the canonical name
    try (SeekableByteChannel channel =
        Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      if (offset > channel.size() || length > channel.size() - offset) {
        throw new OnnxException(label + " reaches past the end of '" + location + "'");
      }
      var buffer = ByteBuffer.allocate(Math.toIntExact(length));
      channel.position(offset);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) throw new OnnxException("'" + location + "' was cut short");
      }
      return ByteString.copyFrom(buffer.flip());
    } catch (IOException e) {
      throw new OnnxException("'" + location + "' of " + label + " cannot be read: " + e);
    }
  }

  private static Map<String, String> entries(TensorProto proto, String label) {
    var entries = new HashMap<String, String>();
    for (StringStringEntryProto e : proto.getExternalDataList()) {
      if (!KEYS.contains(e.getKey())) {
        throw new OnnxException(label + " has external data with a key '" + e.getKey() + "'");
      }
      if (entries.put(e.getKey(), e.getValue()) != null) {
        throw new OnnxException(label + " names its " + e.getKey() + " twice");
      }
    }
    return entries;
  }

  private static long number(Map<String, String> entries, String key, long standard, String label) {
    String text = entries.get(key);
    if (text == null) return standard;
    try {
      long number = Long.parseLong(text);
      if (number >= 0) return number;
    } catch (NumberFormatException e) {
      // told below, as a negative one is
    }
    throw new OnnxException(label + " has " + key + " '" + text + "', which is no extent");
  }

  private static Path within(Path folder, String location, String label) {
    try {
      Path name = Path.of(location);
      if (location.isEmpty() || name.isAbsolute()) throw outside(location, label);
      Path real = folder.toRealPath();
      Path file = real.resolve(name).normalize();
      boolean inside = file.startsWith(real) && file.toRealPath().equals(file);
      if (!inside || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw outside(location, label);
      }
      if (links(file) != 1) throw outside(location, label);
      return file;
    } catch (InvalidPathException | IOException e) {
      throw new OnnxException("'" + location + "' of " + label + " cannot be read: " + e);
    }
  }

  private static int links(Path file) throws IOException {
    try {
      return (Integer) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
    } catch (UnsupportedOperationException | FileSystemException e) {
      return 1; // a file system without links
    }
  }

  private static OnnxException outside(String location, String label) {
    return new OnnxException(
        label + " stands in '" + location + "', which is no plain file within the folder named");
  }
}
