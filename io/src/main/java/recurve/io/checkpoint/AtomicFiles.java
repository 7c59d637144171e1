package recurve.io.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import recurve.io.FileException;
import recurve.io.FileException.Category;

/**
 * Writes whole files or nothing.
 *
 * <p>A file is written under a temporary name in its own folder, forced to the disk, renamed, and
 * the folder forced too. Whatever happens in between, its name holds the old content or the new.
 */
public final class AtomicFiles {
  private AtomicFiles() {}

  /** What a file is to hold. */
  @FunctionalInterface
  public interface Content {
    /** Writes it from the first byte to the last. */
    void writeTo(WritableByteChannel out) throws IOException;
  }

  /** Puts content in a file, in place of what it held. */
  public static void write(Path file, Content content) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null || Files.isDirectory(file)) {
      throw new FileException(
          Category.CANNOT_CREATE, file, "is a folder; expected the name of a file.");
    }
    String unique = Long.toString(ProcessHandle.current().pid());
    Path temporary = parent.resolve("." + file.getFileName() + "." + unique + ".tmp");
    try {
      try {
        writeForced(temporary, content);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        forceFolder(parent);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw FileException.writing(file.toString(), e);
    }
  }

  /** Puts bytes in a file, in place of what it held. */
  public static void write(Path file, byte[] bytes) {
    write(file, out -> writeFully(out, bytes));
  }

  /** Puts text in a file as UTF-8, in place of what it held. */
  public static void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  static void writeFully(WritableByteChannel out, byte[] bytes) throws IOException {
    writeFully(out, ByteBuffer.wrap(bytes));
  }

  static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) out.write(bytes);
  }

  /** Writes a file in place and forces it to the disk; not atomic by itself. */
  static void writeForced(Path file, Content content) throws IOException {
    try (var out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      content.writeTo(out);
      out.force(true);
    }
  }

  /** Forces a folder's entries to the disk, so that a rename survives a power cut. */
  static void forceFolder(Path folder) throws IOException {
    if (System.getProperty("os.name").startsWith("Windows")) return; // opens no folders
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
