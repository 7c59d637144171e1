package recurve.io.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import recurve.io.FileException;
import recurve.io.FileException.Category;

/**
 * The log of a training: appended to, never rewritten; a resume cuts it where the checkpoint was.
 */
final class Log implements AutoCloseable {
  static final String NAME = "log.jsonl";

  private final Path file;
  private final FileChannel channel;
  private final MessageDigest digest;
  private long length;

  private Log(Path file, FileChannel channel, MessageDigest digest, long length) {
    this.file = file;
    this.channel = channel;
    this.digest = digest;
    this.length = length;
  }

  /** A log of which nothing counts yet. */
  static Log begin(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    FileChannel channel = open(file);
    channel.truncate(0);
    return new Log(file, channel, Manifest.sha256(), 0);
  }

  /** A log of which so much belongs to the checkpoint. */
  static Log resume(Path folder, Manifest manifest) throws IOException {
    Path file = folder.resolve(NAME);
    FileChannel channel = open(file);
    MessageDigest digest = Manifest.sha256();
    var chunk = ByteBuffer.allocate(1 << 16);
    for (long left = manifest.logLength(); left > 0; ) {
      chunk.clear().limit((int) Math.min(left, chunk.capacity()));
      int n = channel.read(chunk);
      if (n < 0) break;
      digest.update(chunk.flip());
      left -= n;
    }
    var log = new Log(file, channel, digest, manifest.logLength());
    if (!log.hash().equals(manifest.logHash())) {
      channel.close();
      String what = "is not the log that the checkpoint was written with; it was cut or changed.";
      throw new FileException(Category.BAD_DATA, file, what + " Restore it from a copy.");
    }
    channel.truncate(manifest.logLength());
    channel.position(manifest.logLength());
    return log;
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  void append(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      AtomicFiles.writeFully(channel, bytes);
    } catch (IOException e) {
      takeBack(e);
      throw FileException.writing(file.toString(), e);
    }
    digest.update(bytes);
    length += bytes.length;
  }

  /** Half a line may be there: who goes on after a full disk must not go on after that. */
  private void takeBack(IOException cause) {
    try {
      channel.truncate(length);
      channel.position(length);
    } catch (IOException again) {
      cause.addSuppressed(again);
    }
  }

  void force() throws IOException {
    channel.force(true);
  }

  long length() {
    return length;
  }

  /** The SHA-256 of all that was appended so far. */
  String hash() {
    try {
      return Manifest.hex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of the platform can be cloned", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
