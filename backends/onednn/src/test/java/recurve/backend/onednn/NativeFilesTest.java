package recurve.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeFilesTest {
  @TempDir Path folder;

  /** A file of the wrong length was left by a copy that did not end. */
  @Test
  void aTornFileIsReplaced() throws IOException {
    Optional<Path> library = NativeFiles.library(folder);
    if (library.isEmpty()) return; // not part of a build for a platform that oneDNN has none for
    long size = Files.size(library.get());
    assertTrue(size > 1_000_000, "bytes: " + size);
    var written = Files.getLastModifiedTime(library.get());
    NativeFiles.library(folder);
    assertEquals(written, Files.getLastModifiedTime(library.get()), "not copied again");
    Files.write(library.get(), new byte[10]);
    NativeFiles.library(folder);
    assertEquals(size, Files.size(library.get()));
    try (var files = Files.list(library.get().getParent())) {
      assertTrue(files.noneMatch(f -> f.toString().endsWith(".part")), "parts are left");
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    if (NativeFiles.library(folder).isEmpty()) return;
    var thrown = assertThrows(IOException.class, () -> NativeFiles.library(file));
    assertTrue(thrown.getMessage().contains(file.toString()), thrown.getMessage());
  }
}
