package recurve.io.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The steps of which a commit is made; tests put a disk in its place that fails at any of them. */
interface Disk {
  /** Writes a new file and forces it to the device. */
  void write(Path file, AtomicFiles.Content content) throws IOException;

  /** Renames atomically, in place of what stood there. */
  void move(Path from, Path to) throws IOException;

  /** Deletes a file or an empty folder, if it is there. */
  void delete(Path path) throws IOException;

  /** Forces a folder's entries to the device. */
  void force(Path folder) throws IOException;

  /** The disk of this machine. */
  static Disk real() {
    return new Disk() {
      @Override
      public void write(Path file, AtomicFiles.Content content) throws IOException {
        AtomicFiles.writeForced(file, content);
      }

      @Override
      public void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      }

      @Override
      public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
      }

      @Override
      public void force(Path folder) throws IOException {
        AtomicFiles.forceFolder(folder);
      }
    };
  }
}
