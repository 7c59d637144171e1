package recurve.backend.onednn;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The native library for this machine: a resource, copied once to where the system can load it. */
final class NativeFiles {
  /** Where the files go; a folder for each version is made in it. */
  static final String FOLDER = "recurve.onednn.folder";

  /** Of the library; each has a folder of its own. */
  static final String VERSION = "3.11";

  private NativeFiles() {}

  /** What this machine is called in the names of resources. */
  static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "");
    String system = os.contains("win") ? "windows" : os.contains("mac") ? "macosx" : "linux";
    return system + "-" + (arch.equals("aarch64") ? "arm64" : "x86_64");
  }

  private static List<String> names(String platform) {
    return switch (platform) {
      case "windows-x86_64" -> List.of("dnnl.dll");
      case "macosx-arm64" -> List.of("libomp.dylib", "libdnnl.3.dylib");
      case "macosx-x86_64" -> List.of("libiomp5.dylib", "libdnnl.3.dylib");
      default -> List.of("libgomp.so.1", "libdnnl.so.3");
    };
  }

  /**
   * The library's file; what it needs lies beside it. Empty if there is none for this machine.
   *
   * @throws IOException if it cannot be copied
   */
  static Optional<Path> library() throws IOException {
    return library(folder());
  }

  /** The same, copied into a folder. */
  static Optional<Path> library(Path folder) throws IOException {
    String platform = platform();
    Path file = Path.of("");
    for (String name : names(platform)) {
      String resource = "/org/bytedeco/dnnl/" + platform + "/" + name;
      var url = NativeFiles.class.getResource(resource);
      if (url == null) return Optional.empty();
      var connection = url.openConnection();
      long size = connection.getContentLengthLong();
      file = folder.resolve("onednn-" + platform + "-" + VERSION).resolve(name);
      try (InputStream in = connection.getInputStream()) {
        if (!Files.isRegularFile(file) || Files.size(file) != size) copy(in, file);
      }
    }
    return Optional.of(file);
  }

  private static Path folder() {
    String given = System.getProperty(FOLDER);
    if (given != null) return Path.of(given);
    return Path.of(System.getProperty("user.home", "."), ".cache", "recurve");
  }

  /** All or nothing: another process may look for the file, or copy it too. */
  private static void copy(InputStream in, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path part = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
    try {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
